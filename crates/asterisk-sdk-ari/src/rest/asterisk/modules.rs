//! Modules: `/asterisk/modules`.

use asterisk_proto::ari::model;

use crate::client::Client;
use crate::rest::macros::{awaits_output, operation};

/// Operations on the server's modules, which are named as their files: `res_pjsip.so`.
#[derive(Debug, Clone, Copy)]
pub struct Modules<'a>(pub(super) &'a Client);

impl Modules<'_> {
    /// Lists the modules that are loaded.
    pub fn list(&self) -> ListModules {
        ListModules::new(self.0.clone())
    }

    /// Reads what a module is.
    pub fn get(&self, name: impl Into<String>) -> GetModule {
        GetModule::new(self.0.clone(), name.into())
    }

    /// Loads a module.
    pub fn load(&self, name: impl Into<String>) -> LoadModule {
        LoadModule::new(self.0.clone(), name.into())
    }

    /// Loads a module's configuration again.
    pub fn reload(&self, name: impl Into<String>) -> ReloadModule {
        ReloadModule::new(self.0.clone(), name.into())
    }

    /// Unloads a module.
    pub fn unload(&self, name: impl Into<String>) -> UnloadModule {
        UnloadModule::new(self.0.clone(), name.into())
    }
}

operation!(
    /// Lists the modules that are loaded: some 300.
    #[request(GET, "/asterisk/modules", Vec<model::Module>)]
    pub struct ListModules {}
);

operation!(
    /// Reads what a module is.
    ///
    /// Refused with 404 when it is not loaded, and with 409 for a name without its `.so`.
    #[request(GET, "/asterisk/modules/{moduleName}", model::Module)]
    pub struct GetModule {
        #[required(path, "moduleName")]
        name: String,
    }
);

operation!(
    /// Loads a module.
    ///
    /// Refused with 409 when it is loaded already, does not exist, or does not want to be loaded.
    #[request(POST, "/asterisk/modules/{moduleName}", ())]
    pub struct LoadModule {
        #[required(path, "moduleName")]
        name: String,
    }
);

operation!(
    /// Loads a module's configuration again.
    ///
    /// Refused with 404 when it is not loaded, and with 409 when it has nothing to reload.
    #[request(PUT, "/asterisk/modules/{moduleName}", ())]
    pub struct ReloadModule {
        #[required(path, "moduleName")]
        name: String,
    }
);

operation!(
    /// Unloads a module.
    ///
    /// Refused with 404 when it is not loaded, and with 409 when something needs it.
    #[request(DELETE, "/asterisk/modules/{moduleName}", ())]
    pub struct UnloadModule {
        #[required(path, "moduleName")]
        name: String,
    }
);

awaits_output!(ListModules, GetModule, LoadModule, ReloadModule, UnloadModule);
