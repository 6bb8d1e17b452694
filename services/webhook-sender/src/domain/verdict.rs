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

/// How long a webhook is sent, measured by the life of its installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentWhile {
    /// The installation exists.
    Installed,
    /// The installation exists, or is so new that it is not known yet: `installation.created`.
    InstalledOrNew,
    /// In any state of the installation: `installation.deleted`.
    Always,
}

/// An app or installation that is unknown for this long after the event, while the streams are current, is not new but removed.
pub(crate) const MAX_UNKNOWN_AGE: Duration = Duration::from_secs(60);

/// `settled`: the event is older than [`MAX_UNKNOWN_AGE`] and both mirrors are current.
pub(crate) fn judge(
    app: AppView,
    installation: InstallationView,
    sent_while: SentWhile,
    settled: bool,
) -> Verdict {
    match (app, installation) {
        (AppView::Removed, _) => Verdict::Drop("app_removed"),
        (_, InstallationView::Removed) if sent_while != SentWhile::Always => Verdict::Drop("uninstalled"),
        (AppView::WithoutUrl, _) => Verdict::Drop("no_webhook_url"),
        (AppView::Disabled, _) => Verdict::Hold(DISABLED),
        (_, InstallationView::Stopped) => Verdict::Hold(STOPPED),
        (AppView::Unknown, _) if settled => Verdict::Drop("app_removed"),
        (AppView::Unknown, _) => Verdict::Wait,
        (AppView::Reachable, InstallationView::Live) => Verdict::Send,
        (AppView::Reachable, _) if sent_while == SentWhile::Always => Verdict::Send,
        (AppView::Reachable, _) if settled => Verdict::Drop("uninstalled"),
        (AppView::Reachable, _) if sent_while == SentWhile::InstalledOrNew => Verdict::Send,
        (AppView::Reachable, _) => Verdict::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Drop, Hold, Send, Wait};
    use super::*;
    use AppView::{Disabled, Reachable, WithoutUrl};
    use InstallationView::{Live, Stopped};
    use SentWhile::{Always, Installed, InstalledOrNew};

    #[test]
    fn a_webhook_is_sent_only_to_a_reachable_app_and_a_live_installation() {
        let (any_app, any) = (AppView::Unknown, InstallationView::Unknown);
        let (no_app, gone) = (AppView::Removed, InstallationView::Removed);
        let cases = [
            // app, installation, sent while, settled
            (Reachable, Live, Installed, false, Send),
            (Reachable, Live, InstalledOrNew, true, Send),
            (Reachable, Live, Always, true, Send),
            (Reachable, gone, Installed, false, Drop("uninstalled")),
            (Reachable, gone, InstalledOrNew, false, Drop("uninstalled")),
            (Reachable, gone, Always, false, Send),
            (Reachable, any, Installed, false, Wait),
            (Reachable, any, InstalledOrNew, false, Send),
            (Reachable, any, Always, false, Send),
            (Reachable, any, Installed, true, Drop("uninstalled")),
            (Reachable, any, InstalledOrNew, true, Drop("uninstalled")),
            (Reachable, any, Always, true, Send),
            (WithoutUrl, Live, Installed, false, Drop("no_webhook_url")),
            (WithoutUrl, gone, Always, false, Drop("no_webhook_url")),
            (any_app, Live, Always, false, Wait),
            (any_app, Live, Installed, true, Drop("app_removed")),
            (any_app, gone, Installed, false, Drop("uninstalled")),
            (no_app, Live, Always, false, Drop("app_removed")),
            (Disabled, Live, Installed, true, Hold(DISABLED)),
            (Disabled, gone, Installed, true, Drop("uninstalled")),
            (Disabled, gone, InstalledOrNew, true, Drop("uninstalled")),
            (Disabled, gone, Always, true, Hold(DISABLED)),
            (Reachable, Stopped, Installed, true, Hold(STOPPED)),
            (Reachable, Stopped, Always, false, Hold(STOPPED)),
            (WithoutUrl, Stopped, Installed, false, Drop("no_webhook_url")),
            (no_app, Stopped, Installed, false, Drop("app_removed")),
        ];
        for (app, installation, sent_while, settled, expected) in cases {
            let verdict = judge(app, installation, sent_while, settled);
            assert_eq!(verdict, expected, "{app:?} {installation:?} {sent_while:?} {settled}");
        }
    }
}
