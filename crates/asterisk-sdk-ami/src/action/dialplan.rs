//! The dialplan: what it holds, and changes that last until it is loaded again.

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::ListDialplan;

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Adds a step to an extension (privilege `system`, module `pbx_config`).
    ///
    /// Context and extension are made if they are missing. Nothing is written to extensions.conf.
    #[action("DialplanExtensionAdd")]
    pub struct DialplanExtensionAdd {
        #[required("Context")]
        /// The context.
        context: String,
        #[required("Extension")]
        /// The extension, or a pattern that begins with `_`. Behind a slash, the caller's number that
        /// it is for: `600/100`.
        extension: String,
        #[required("Priority")]
        /// The step: a number from 1, a label that the extension has, or `hint`. `n` is refused.
        priority: String,
        #[required("Application")]
        /// The application, unknown ones too; of a hint the devices.
        application: String,
        #[optional("ApplicationData")]
        /// What the application is called with.
        application_data: String,
        #[optional("Replace", yes_no)]
        /// Whether to take the place of a step that is there; otherwise that is refused.
        replace: bool,
    },
    Response,
    response
);

ami_action!(
    /// Removes an extension, or a step of it (privilege `system`, module `pbx_config`).
    ///
    /// What is in extensions.conf comes back when that is loaded again. An extension that does not
    /// exist is refused.
    #[action("DialplanExtensionRemove")]
    pub struct DialplanExtensionRemove {
        #[required("Context")]
        /// The context.
        context: String,
        #[required("Extension")]
        /// The extension, with the caller's number behind a slash if it has one.
        extension: String,
        #[optional("Priority")]
        /// The step: a number, a label or `hint`; without it, all are removed.
        priority: String,
    },
    Response,
    response
);

ami_action!(
    /// Lists what the dialplan holds (privilege `config` or `reporting`).
    ///
    /// The event that ends the list has counts of its own; read it as a
    /// [`ShowDialPlanComplete`](asterisk_proto::ami::event::ShowDialPlanComplete). A context or
    /// extension that does not exist is refused.
    #[action("ShowDialPlan")]
    pub struct ShowDialPlan {
        #[optional("Extension")]
        /// Only this extension; patterns that match it are listed too.
        extension: String,
        #[optional("Context")]
        /// Only this context, and with an extension those that it includes.
        context: String,
    },
    Aggregate<ListDialplan>,
    aggregate
);
