//! A stream of a snapshot, followed by every change.

pub(crate) mod changes;

use futures::Stream;
use futures::stream::{self, StreamExt};
use patchbay_domain::{Clock, Error};

use self::changes::ChangeListener;
use crate::context::Context;
use crate::store::feed::{Feed, PAGE, Position};
use crate::store::versions;

/// One message of the stream.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The stream has delivered every change up to this version; `None` within the snapshot.
    pub(crate) version: Option<i64>,
}

struct Watch<F> {
    context: Context,
    feed: F,
    listener: ChangeListener,
    progress: Progress,
}

enum Progress {
    Start,
    /// The snapshot may or may not include changes after `version`; they are streamed again as changes.
    Snapshot {
        version: i64,
        after_id: i64,
    },
    Changes {
        after: Position,
        reported: i64,
    },
}

/// Ends when the service stops, or with the first error; clients then start a new stream.
pub(crate) fn watch<F: Feed>(
    context: &Context,
    feed: F,
) -> impl Stream<Item = Result<Page<F::Item>, Error>> + Send + use<F> {
    let stop = context.stop.clone();
    let listener = context.changes.listen();
    let watch = Watch { context: context.clone(), feed, listener, progress: Progress::Start };
    stream::try_unfold(watch, |mut watch| async move {
        let page = watch.next().await?;
        Ok(Some((page, watch)))
    })
    .take_until(async move { stop.requested().await })
}

impl<F: Feed> Watch<F> {
    async fn next(&mut self) -> Result<Page<F::Item>, Error> {
        loop {
            match self.progress {
                Progress::Start => {
                    let version = versions::current(&self.context.db).await?;
                    self.progress = Progress::Snapshot { version, after_id: 0 };
                }
                Progress::Snapshot { version, after_id } => return self.snapshot(version, after_id).await,
                Progress::Changes { after, reported } => {
                    self.listener.mark_unchanged();
                    if let Some(page) = self.changes(after, reported).await? {
                        return Ok(page);
                    }
                    let clock: &Clock = &self.context.clock;
                    self.listener.wait(clock).await;
                }
            }
        }
    }

    async fn snapshot(&mut self, version: i64, after_id: i64) -> Result<Page<F::Item>, Error> {
        let rows = self.feed.snapshot(&self.context.db, after_id).await?;
        let complete = rows.len() < PAGE;
        self.progress = match rows.last() {
            Some((last, _)) if !complete => Progress::Snapshot { version, after_id: last.id },
            _ => Progress::Changes { after: end_of(version), reported: version },
        };
        Ok(Page { items: items(rows), version: complete.then_some(version) })
    }

    /// `None` if nothing has changed. A change of rows of other feeds yields an empty page, so that the client
    /// learns that it is current.
    async fn changes(&mut self, after: Position, reported: i64) -> Result<Option<Page<F::Item>>, Error> {
        let current = versions::current(&self.context.db).await?;
        if current <= reported {
            return Ok(None);
        }
        let rows = self.feed.changes(&self.context.db, after).await?;
        let last = rows.last().map(|(last, _)| *last);
        let (after, seen) = match last {
            // More rows with the version of the last one may follow.
            Some(last) if rows.len() == PAGE => (last, last.version - 1),
            // Rows may be newer than the counter read above. Versions become visible in order, so none before them was missed.
            last => {
                let seen = last.map_or(current, |last| last.version.max(current));
                (end_of(seen), seen)
            }
        };
        self.progress = Progress::Changes { after, reported: seen };
        Ok(Some(Page { items: items(rows), version: Some(seen) }))
    }
}

/// The position after every row of this version.
fn end_of(version: i64) -> Position {
    Position { version, id: i64::MAX }
}

fn items<T>(rows: Vec<(Position, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, item)| item).collect()
}
