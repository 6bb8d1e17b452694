//! Whether a webhook is sent, by the state of its app and installation.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Send,
    /// The app or the installation is not known yet. It may be new, and its change not received yet.
    Wait,
    /// Held until the installation or the app may be sent webhooks again.
    Hold(&'static str),
    Drop(&'static str),
}

/// Reason of a hold: the webhooks of the installation were stopped, by a 410 or by the app.
pub(crate) const STOPPED: &str = "webhooks_stopped";
/// Reason of a hold: the app is disabled.
pub(crate) const DISABLED: &str = "app_disabled";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppView {
    Unknown,
    Removed,
    WithoutUrl,
    Disabled,
    Reachable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallationView {
    Unknown,
    Removed,
    Stopped,
    Live,
}

/// An app or installation that is unknown for this long after the event, while the streams are current, is not new but removed.
pub(crate) const MAX_UNKNOWN_AGE: Duration = Duration::from_secs(60);

/// `settled`: the event is older than [`MAX_UNKNOWN_AGE`] and both mirrors are current.
pub(crate) fn judge(
    app: AppView,
    installation: InstallationView,
    unconditional: bool,
    settled: bool,
) -> Verdict {
    match (app, installation) {
        (AppView::Removed, _) => Verdict::Drop("app_removed"),
        (_, InstallationView::Removed) if !unconditional => Verdict::Drop("uninstalled"),
        (AppView::WithoutUrl, _) => Verdict::Drop("no_webhook_url"),
        (AppView::Disabled, _) => Verdict::Hold(DISABLED),
        (_, InstallationView::Stopped) => Verdict::Hold(STOPPED),
        (AppView::Unknown, _) if settled => Verdict::Drop("app_removed"),
        (AppView::Unknown, _) => Verdict::Wait,
        (AppView::Reachable, InstallationView::Live) => Verdict::Send,
        (AppView::Reachable, _) if unconditional => Verdict::Send,
        (AppView::Reachable, _) if settled => Verdict::Drop("uninstalled"),
        (AppView::Reachable, _) => Verdict::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Drop, Hold, Send, Wait};
    use super::*;
    use AppView::{Disabled, Reachable, WithoutUrl};
    use InstallationView::{Live, Stopped};

    #[test]
    fn a_webhook_is_sent_only_to_a_reachable_app_and_a_live_installation() {
        let (any_app, any) = (AppView::Unknown, InstallationView::Unknown);
        let (no_app, gone) = (AppView::Removed, InstallationView::Removed);
        let cases = [
            // app, installation, unconditional, settled
            (Reachable, Live, false, false, Send),
            (Reachable, Live, true, true, Send),
            (Reachable, gone, false, false, Drop("uninstalled")),
            (Reachable, gone, true, false, Send),
            (Reachable, any, false, false, Wait),
            (Reachable, any, true, false, Send),
            (Reachable, any, false, true, Drop("uninstalled")),
            (WithoutUrl, Live, false, false, Drop("no_webhook_url")),
            (WithoutUrl, gone, true, false, Drop("no_webhook_url")),
            (any_app, Live, true, false, Wait),
            (any_app, Live, false, true, Drop("app_removed")),
            (any_app, gone, false, false, Drop("uninstalled")),
            (no_app, Live, true, false, Drop("app_removed")),
            (Disabled, Live, false, true, Hold(DISABLED)),
            (Disabled, gone, false, true, Drop("uninstalled")),
            (Disabled, gone, true, true, Hold(DISABLED)),
            (Reachable, Stopped, false, true, Hold(STOPPED)),
            (Reachable, Stopped, true, false, Hold(STOPPED)),
            (WithoutUrl, Stopped, false, false, Drop("no_webhook_url")),
            (no_app, Stopped, false, false, Drop("app_removed")),
        ];
        for (app, installation, unconditional, settled, expected) in cases {
            let verdict = judge(app, installation, unconditional, settled);
            assert_eq!(verdict, expected, "{app:?} {installation:?} {unconditional} {settled}");
        }
    }
}
