//! ARI.
use crate::engine::Core;
use crate::model::World;
use crate::model::happening::Happening;
use crate::server::Settings;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
pub(crate) fn tell(_: &mut World, _: &Happening) {}
pub(crate) async fn serve(
    _: Arc<Core>,
    _: Arc<Settings>,
    _: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
}
