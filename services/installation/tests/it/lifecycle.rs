use std::cell::RefCell;
use std::collections::HashSet;

use patchbay_proto::installation::authorize_request::Grant;
use patchbay_proto::installation::{
    App, AuthorizeRequest, GetInstallationRequest, Installation, InstallationStatus, MarkInstalledRequest,
    UninstallRequest,
};
use patchbay_rpc::{request, request_as};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::callers::app_of;
use crate::service::{Service, each, reason};

#[derive(Clone, Copy, Debug)]
enum Step {
    Install,
    Confirm,
    Exchange,
    Read,
    Uninstall,
    LetTheGrantExpire,
}

/// The expected state of the installation, if there is one.
#[derive(Default)]
struct Model {
    installed: Option<Known>,
    seen: HashSet<String>,
}

#[derive(Clone)]
struct Known {
    installation: Installation,
    status: InstallationStatus,
    /// The grant can still be exchanged.
    code: Option<String>,
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        3 => Just(Install),
        2 => Just(Confirm),
        2 => Just(Exchange),
        3 => Just(Read),
        1 => Just(Uninstall),
        1 => Just(LetTheGrantExpire),
    ]
}

/// Section 2: for any sequence of calls, an installation goes from pending to installed to gone and never
/// back, and its grant is there until it is used, is too old, or ends with it.
#[tokio::test]
async fn an_installation_and_its_grant_keep_to_their_states() {
    let runner = RefCell::new(TestRunner::deterministic());
    each(|service| {
        let sequences: Vec<Vec<Step>> = (0..12)
            .map(|_| {
                prop::collection::vec(step(), 1..25).new_tree(&mut runner.borrow_mut()).unwrap().current()
            })
            .collect();
        async move {
            let app = service.published_app().await;
            let mut model = Model::default();
            for sequence in sequences {
                for (position, step) in sequence.iter().enumerate() {
                    take(&service, &app, &mut model, *step)
                        .await
                        .unwrap_or_else(|problem| panic!("{problem} at step {position} of {sequence:?}"));
                }
            }
        }
    })
    .await;
}

async fn take(service: &Service, app: &App, model: &mut Model, step: Step) -> Result<(), String> {
    let mut client = service.installations.clone();
    match (step, model.installed.clone()) {
        (Step::Install, before) => {
            let installation = service.installed(app).await;
            match before {
                Some(known) => {
                    same(&installation.uuid, &known.installation.uuid)?;
                    same(&installation.status(), &known.status)?;
                    same(&installation.code, &known.code)?;
                }
                None => {
                    same(&installation.status(), &InstallationStatus::Pending)?;
                    same(&model.seen.insert(installation.uuid.clone()), &true)?;
                    let code = installation.code.clone();
                    same(&code.is_some(), &true)?;
                    let status = installation.status();
                    model.installed = Some(Known { installation, status, code });
                }
            }
        }
        (Step::Confirm, Some(known)) => {
            let message = MarkInstalledRequest { uuid: known.installation.uuid.clone() };
            let answer = client.mark_installed(request_as(&app_of(&known.installation), message)).await;
            same(&answer.unwrap().into_inner().status(), &InstallationStatus::Installed)?;
            model.installed = Some(Known { status: InstallationStatus::Installed, ..known });
        }
        (Step::Exchange, Some(known)) => {
            let credentials = app.owner_view.clone().unwrap();
            let message = AuthorizeRequest {
                installation_uuid: known.installation.uuid.clone(),
                client_id: credentials.client_id,
                client_secret: credentials.client_secret.unwrap(),
                grant: Some(Grant::Code(known.installation.code.clone().unwrap())),
            };
            let answer = reason(client.authorize(request(message)).await);
            same(&(answer == "OK"), &known.code.is_some())?;
            model.installed = Some(Known { code: None, ..known });
        }
        (Step::Read, Some(known)) => {
            let message = GetInstallationRequest { uuid: known.installation.uuid.clone() };
            let found =
                client.get_installation(request_as(&service.outsider(), message)).await.unwrap().into_inner();
            same(&found.status(), &known.status)?;
            same(&found.code, &known.code)?;
        }
        (Step::Uninstall, Some(known)) => {
            let message = UninstallRequest { uuid: known.installation.uuid.clone() };
            same(&reason(client.uninstall(request_as(&service.outsider(), message)).await).as_str(), &"OK")?;
            model.installed = None;
            let message = GetInstallationRequest { uuid: known.installation.uuid };
            let gone = reason(client.get_installation(request_as(&service.outsider(), message)).await);
            same(&gone.as_str(), &"INSTALLATION_NOT_FOUND")?;
        }
        (Step::LetTheGrantExpire, known) => {
            service.clock.advance(std::time::Duration::from_secs(600));
            model.installed = known.map(|known| Known { code: None, ..known });
        }
        (_, None) => {}
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found:?} where {expected:?} was expected")) }
}
