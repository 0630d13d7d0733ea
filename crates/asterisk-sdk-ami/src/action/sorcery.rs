//! Caches of configuration objects, which `sorcery.conf` sets up.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Throws out all objects of a cache (privilege `system`; module `res_sorcery_memory_cache`).
    ///
    /// They are read again when they are asked for. Of a cache that mirrors all of its backend
    /// (`full_backend_cache`) they are not, until it is populated: see
    /// [`SorceryMemoryCachePopulate`].
    ///
    /// A cache that does not exist: `The provided cache does not exist`.
    #[action("SorceryMemoryCacheExpire")]
    pub struct SorceryMemoryCacheExpire {
        #[required("Cache")]
        /// The name of the cache, from `sorcery.conf`.
        cache: String,
    },
    Response,
    response
);

ami_action!(
    /// Throws an object out of a cache (privilege `system`; module `res_sorcery_memory_cache`).
    ///
    /// An object that is not cached, and any object of a cache that mirrors all of its backend, is
    /// refused.
    ///
    /// A cache that does not exist: `The provided cache does not exist`.
    #[action("SorceryMemoryCacheExpireObject")]
    pub struct SorceryMemoryCacheExpireObject {
        #[required("Cache")]
        /// The name of the cache, from `sorcery.conf`.
        cache: String,
        #[required("Object")]
        /// The id of the object.
        object: String,
    },
    Response,
    response
);

ami_action!(
    /// Empties and fills a cache that mirrors all of its backend (privilege `system`; module
    /// `res_sorcery_memory_cache`).
    ///
    /// Any other cache is refused.
    ///
    /// A cache that does not exist: `The provided cache does not exist`.
    #[action("SorceryMemoryCachePopulate")]
    pub struct SorceryMemoryCachePopulate {
        #[required("Cache")]
        /// The name of the cache, from `sorcery.conf`.
        cache: String,
    },
    Response,
    response
);

ami_action!(
    /// Marks all objects of a cache as stale (privilege `system`; module
    /// `res_sorcery_memory_cache`).
    ///
    /// They are still used, and read again when they are asked for next.
    ///
    /// A cache that does not exist: `The provided cache does not exist`.
    #[action("SorceryMemoryCacheStale")]
    pub struct SorceryMemoryCacheStale {
        #[required("Cache")]
        /// The name of the cache, from `sorcery.conf`.
        cache: String,
    },
    Response,
    response
);

ami_action!(
    /// Marks an object of a cache as stale (privilege `system`; module `res_sorcery_memory_cache`).
    ///
    /// It is still used, and read again when it is asked for next. An object that is not cached is
    /// refused.
    ///
    /// A cache that does not exist: `The provided cache does not exist`.
    #[action("SorceryMemoryCacheStaleObject")]
    pub struct SorceryMemoryCacheStaleObject {
        #[required("Cache")]
        /// The name of the cache, from `sorcery.conf`.
        cache: String,
        #[required("Object")]
        /// The id of the object.
        object: String,
        #[optional("Reload")]
        /// Whether to read it again at once; without it, no.
        reload: bool,
    },
    Response,
    response
);
