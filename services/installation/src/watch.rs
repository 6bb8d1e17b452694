//! A stream that begins with everything there is and goes on with every change.

use futures::Stream;
use futures::stream::{self, StreamExt};
use patchbay_domain::{Clock, Error};

use crate::changes::ChangeListener;
use crate::context::Context;
use crate::store::feed::{Feed, PAGE, Position};
use crate::store::versions;

/// One message of the stream.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Every change up to it has been handed out; `None` inside of the snapshot.
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
    /// Rows that change after `version` may be in the snapshot or not; they come again as changes.
    Snapshot {
        version: i64,
        after_id: i64,
    },
    Changes {
        after: Position,
        told: i64,
    },
}

/// Ends when the service stops, or with the first error: whoever watches begins anew then.
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
                Progress::Changes { after, told } => {
                    self.listener.about_to_look();
                    if let Some(page) = self.changes(after, told).await? {
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
            _ => Progress::Changes { after: end_of(version), told: version },
        };
        Ok(Page { items: items(rows), version: complete.then_some(version) })
    }

    /// `None` when nothing has changed. A change that is none of this feed's rows yields an empty page, so
    /// that its reader knows to be up to date.
    async fn changes(&mut self, after: Position, told: i64) -> Result<Option<Page<F::Item>>, Error> {
        let current = versions::current(&self.context.db).await?;
        if current <= told {
            return Ok(None);
        }
        let rows = self.feed.changes(&self.context.db, after).await?;
        let last = rows.last().map(|(last, _)| *last);
        let (after, seen) = match last {
            // More rows of the last one's version may follow.
            Some(last) if rows.len() == PAGE => (last, last.version - 1),
            // Rows may be newer than the counter was: versions become visible in order, so all before them were seen.
            last => {
                let seen = last.map_or(current, |last| last.version.max(current));
                (end_of(seen), seen)
            }
        };
        self.progress = Progress::Changes { after, told: seen };
        Ok(Some(Page { items: items(rows), version: Some(seen) }))
    }
}

/// Behind every row of this version.
fn end_of(version: i64) -> Position {
    Position { version, id: i64::MAX }
}

fn items<T>(rows: Vec<(Position, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, item)| item).collect()
}
