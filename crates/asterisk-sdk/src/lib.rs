#![cfg_attr(
    all(feature = "ami", feature = "agi", feature = "ari"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "ami", feature = "agi", feature = "ari")),
    doc = "The Asterisk SDK: AMI, AGI/FastAGI and ARI for Rust, each behind a feature of its name."
)]

#[cfg(all(feature = "ami", feature = "agi"))]
pub mod async_agi;
#[cfg(all(feature = "ari", feature = "media"))]
pub mod call_media;

#[cfg(feature = "agi")]
pub use asterisk_sdk_agi as agi;
#[cfg(feature = "ami")]
pub use asterisk_sdk_ami as ami;
#[cfg(feature = "ari")]
pub use asterisk_sdk_ari as ari;
#[cfg(feature = "media")]
pub use asterisk_sdk_media as media;

pub use asterisk_proto as proto;
