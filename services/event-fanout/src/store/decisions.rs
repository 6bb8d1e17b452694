//! The `decisions` column: a message of its own, so that a later version can add to it.

use bytes::Bytes;
use patchbay_db::DbError;
use prost::Message;
use uuid::Uuid;

use crate::domain::decision::Decision;
use crate::domain::matching::Verdict;

#[derive(Clone, PartialEq, Message)]
struct DecisionsColumn {
    #[prost(message, repeated, tag = "1")]
    decisions: Vec<DecisionColumn>,
}

#[derive(Clone, PartialEq, Message)]
struct DecisionColumn {
    #[prost(bytes = "bytes", tag = "1")]
    installation_id: Bytes,
    #[prost(int64, tag = "2")]
    app_id: i64,
    /// 0, which takes no bytes, is the verdict of nearly all.
    #[prost(uint32, tag = "3")]
    verdict: u32,
    #[prost(bool, tag = "4")]
    unconditional: bool,
    #[prost(int64, tag = "5")]
    sequence: i64,
    #[prost(string, tag = "6")]
    suspended_by: String,
}

/// The positions are stored, so only add to the end.
const VERDICTS: [Verdict; 7] = [
    Verdict::Send,
    Verdict::NotInstalled,
    Verdict::NotSubscribed,
    Verdict::ScopeMissing,
    Verdict::ProjectFiltered,
    Verdict::NoWebhook,
    Verdict::Suspended,
];

pub(super) fn encode(decisions: &[Decision]) -> Bytes {
    let decisions = decisions.iter().map(|decided| DecisionColumn {
        installation_id: Bytes::copy_from_slice(decided.installation_id.as_bytes()),
        app_id: decided.app_id,
        verdict: VERDICTS
            .iter()
            .position(|verdict| *verdict == decided.verdict)
            .and_then(|position| u32::try_from(position).ok())
            .unwrap_or_default(),
        unconditional: decided.unconditional,
        sequence: decided.sequence,
        suspended_by: decided.suspended_by.clone(),
    });
    DecisionsColumn { decisions: decisions.collect() }.encode_to_vec().into()
}

pub(super) fn decode(bytes: Bytes) -> Result<Vec<Decision>, DbError> {
    let unreadable = || DbError::Other("the decisions about an event cannot be read".to_owned());
    let column = DecisionsColumn::decode(bytes).map_err(|_| unreadable())?;
    let read = |row: DecisionColumn| {
        Some(Decision {
            installation_id: Uuid::from_slice(&row.installation_id).ok()?,
            app_id: row.app_id,
            verdict: *VERDICTS.get(usize::try_from(row.verdict).ok()?)?,
            unconditional: row.unconditional,
            suspended_by: row.suspended_by,
            sequence: row.sequence,
        })
    };
    column.decisions.into_iter().map(read).collect::<Option<_>>().ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::decided;

    #[test]
    fn every_verdict_comes_back() {
        let decisions = VERDICTS.map(|verdict| Decision {
            verdict,
            unconditional: verdict == Verdict::Send,
            suspended_by: "webhooks_stopped".into(),
            sequence: i64::MAX,
            ..decided()
        });
        assert_eq!(decode(encode(&decisions)).unwrap(), decisions);
        assert!(decode(Bytes::from_static(b"no message")).is_err());
    }
}
