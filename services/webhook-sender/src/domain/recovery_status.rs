/// How far a recovery is. The numbers are those of `recoveries.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecoveryStatus {
    Running = 1,
    Done = 2,
    Cancelled = 3,
}

impl RecoveryStatus {
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        [Self::Running, Self::Done, Self::Cancelled].into_iter().find(|status| *status as i32 == number)
    }
}
