use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::avatar_message::avatar_messages;
use crate::context::Context;
use crate::domain::app::access;
use crate::grpc::page::Page;
use crate::store::stats::AppInstalls;
use crate::store::{avatars, stats};

pub(super) async fn list_stats(
    context: &Context,
    caller: &Caller,
    request: proto::ListStatsRequest,
) -> Result<proto::ListStatsResponse, Error> {
    access::may_count_all(caller)?;
    let page = Page::new(request.offset, request.limit);
    let (apps, has_more) = page.cut(stats::ranking(&context.db, page.offset, page.fetched()).await)?;
    let ids: Vec<_> = apps.iter().map(|app| app.id).collect();
    let mut avatars = avatars::of(&context.db, &ids).await?;
    let message = |app: AppInstalls| proto::AppStats {
        avatars: avatars.remove(&app.id).map(avatar_messages).unwrap_or_default(),
        id: app.id,
        uuid: app.uuid.to_string(),
        slug: app.slug,
        name: app.name,
        installs: app.installs,
    };
    Ok(proto::ListStatsResponse { apps: apps.into_iter().map(message).collect(), has_more })
}
