//! The guide's chapters, so that every program in them is compiled. A test of `tests/spec` fails for a
//! chapter that is missing here.

macro_rules! chapters {
    ($($name:ident: $file:literal,)+) => {
        $(
            #[doc = include_str!(concat!("../../docs/guide/src/", $file))]
            mod $name {}
        )+
    };
}

chapters! {
    introduction: "introduction.md",
    getting_started: "getting-started.md",
    choosing: "choosing.md",
    ami: "ami.md",
    live: "live.md",
    agi: "agi.md",
    ari: "ari.md",
    ari_calls: "ari-calls.md",
    media: "media.md",
    delivery: "delivery.md",
    testing: "testing.md",
    tls: "tls.md",
    operating: "operating.md",
    recipes: "cookbook/recipes.md",
    recipes_calls: "cookbook/calls.md",
    recipes_queues: "cookbook/queues.md",
    recipes_inside: "cookbook/inside.md",
    recipes_programs: "cookbook/programs.md",
    from_pystrix: "migrating/pystrix.md",
    from_panoramisk: "migrating/panoramisk.md",
    from_ari_clients: "migrating/ari-clients.md",
}
