//! Whether a webhook is sent, with what is known of its app and installation.

use std::time::Duration;

/// What is to be done with a webhook before any attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Send,
    /// App or installation are not known yet: perhaps they are new and the news is on its way.
    Wait,
    /// Kept until its installation or app may be sent webhooks again.
    Hold(&'static str),
    Drop(&'static str),
}

/// Why webhooks are held: an installation's were stopped, by a 410 or by its app.
pub(crate) const STOPPED: &str = "webhooks_stopped";
/// Why webhooks are held: the app is disabled.
pub(crate) const DISABLED: &str = "app_disabled";

/// What is known of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppView {
    Unknown,
    Removed,
    WithoutUrl,
    Disabled,
    Reachable,
}

/// What is known of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallationView {
    Unknown,
    Removed,
    Stopped,
    Live,
}

/// Somebody who is unknown for this long after the event, while the news is flowing, is not new but gone.
pub(crate) const NEWS_TAKE_AT_MOST: Duration = Duration::from_secs(60);

/// Judges one webhook. `settled`: the event is older than [`NEWS_TAKE_AT_MOST`] and the views are current.
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
    fn a_webhook_is_sent_only_where_somebody_is_known_to_want_it() {
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
