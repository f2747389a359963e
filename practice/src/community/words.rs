//! What the people of the practice community are called and say.

pub const NAMES: &[&str] = &[
    "wren",
    "otter",
    "gullwing",
    "pinewood",
    "ferryman",
    "kelp",
    "capstan",
    "driftnet",
    "anchorman",
    "brine",
    "mossback",
    "saltmarsh",
    "heron",
    "plimsoll",
    "bosun",
    "halyard",
    "limpet",
    "samphire",
    "thrift",
    "cormorant",
    "dunlin",
    "eider",
    "fulmar",
    "gannet",
    "isla",
    "jetty",
    "keelson",
    "lugger",
    "marram",
    "nautilus",
    "osprey",
    "petrel",
    "quay",
    "ruddock",
    "sandpiper",
    "tern",
    "undertow",
    "vesper",
    "whimbrel",
    "yawl",
    "zephyr",
    "annika",
    "bogdan",
    "chiara",
    "dagny",
    "emre",
    "farah",
    "goran",
    "hanako",
    "ibrahim",
    "joana",
    "kwame",
    "lotte",
    "mateus",
    "nadia",
    "oksana",
    "pavel",
    "quentin",
    "rosalind",
    "soraya",
    "tomasz",
    "ulrike",
    "vikram",
    "wilhelmina",
    "ximena",
    "yusuf",
    "zainab",
];

pub const BIOS: &[&str] = &[
    "Boats, bread and bad puns.",
    "Here for the tides and the talk.",
    "Teacher. Opinions my own, mistakes too.",
    "Fotografin im Norden. Meist Möwen.",
    "Je répare des moteurs et des idées.",
    "Knitting, cycling, council meetings.",
    "海と猫とコーヒー。",
    "",
    "Lighthouse keeper (retired).",
    "Pescador de tarde, padeiro de manhã.",
];

pub const POSTS: &[(&str, &str)] = &[
    ("en", "The morning ferry was late again, but the light over the harbour made up for it."),
    ("en", "Does anybody know who repairs old outboard motors around here?"),
    ("en", "Baked two loaves, ate one on the way home."),
    ("en", "Reading about the storm of 1953. My grandmother never spoke about it."),
    ("en", "New rule at home: nobody says the word “refactor” before breakfast."),
    ("de", "Heute früh stand ein Reiher mitten auf der Mole und hat niemanden vorbeigelassen."),
    ("de", "Weiß jemand, ob der Wochenmarkt am Feiertag stattfindet?"),
    ("fr", "Le vent est tombé vers midi et tout le port s’est mis à sentir le goudron chaud."),
    ("fr", "Je cherche des bénévoles pour la bibliothèque du quai samedi."),
    ("es", "Hoy hemos visto delfines desde el espigón, al menos seis."),
    ("pt", "O farol ficou pronto. Quem quiser subir, domingo às dez."),
    ("ja", "港の朝は静かで、猫だけが働いている。"),
    ("uk", "Сьогодні вперше після зими вийшли в море. Холодно, але гарно."),
    ("ar", "البحر هادئ هذا المساء، والقوارب عادت كلها إلى الميناء."),
    ("it", "Chi ha preso la mia bicicletta davanti al molo la riporti, per favore."),
    ("nl", "De brug blijft tot woensdag dicht, omrijden via de sluis."),
];

pub const RULES: &[(&str, &str)] = &[
    ("Be kind to people", "No harassment, no threats, no publishing of private details"),
    ("No hatred", "Nothing against people for what they are"),
    ("Describe your pictures", "A sentence is enough"),
    ("No advertising", "Small announcements of local shops are welcome"),
    ("What is private stays private", "Do not publish messages that were not meant for all"),
];

pub const PRESETS: &[(&str, &str)] = &[
    ("Kinder, please", "Please be kinder to the people around you. This is a small town."),
    ("Advertising", "This server is not for advertising. Please take the links down."),
    ("Private details", "You published somebody’s private details. That is never all right here."),
    ("Describe pictures", "Please describe your pictures, so that everybody can follow."),
    ("Last word", "We have written to you before. This is the last time before your account is suspended."),
];

/// Servers whose people and ours follow one another.
pub const FRIENDLY_SERVERS: &[&str] = &[
    "tidepool.example",
    "saltworks.example",
    "bay.example",
    "quay.example",
    "fjord.example",
    "delta.example",
    "reef.example",
];

pub const SERVERS: &[&str] = &[
    "tidepool.example",
    "night.example",
    "saltworks.example",
    "bay.example",
    "lagoon.example",
    "quay.example",
    "shopnest.example",
    "rage.example",
    "mirror.example",
    "fjord.example",
    "delta.example",
    "estuary.example",
    "reef.example",
    "skerry.example",
    "sound.example",
    "strait.example",
    "atoll.example",
    "cove.example",
    "firth.example",
    "gulf.example",
    "islet.example",
    "key.example",
    "mere.example",
    "ness.example",
    "polder.example",
];

/// Reasons to join that are whole as they are; everybody else's are made of the three parts below.
pub const REASONS: &[&str] = &[
    "A friend (@wren) told me about this place. I am a nurse and post about gardening.",
    "hello",
    "Ich betreibe den kleinen Buchladen am Kai und möchte Veranstaltungen ankündigen.",
    "growth marketing expert, interested in networking",
    "let me in",
    "Je suis bénévole à la bibliothèque du port et je voudrais annoncer nos ateliers.",
];

/// Who asks …
pub const ASKERS: &[&str] = &[
    "I moved to the harbour in spring",
    "I have been on a large server for three years",
    "My allotment looks out over the estuary",
    "I study marine biology",
    "Retired after thirty years on the ferries",
    "I teach at the school on the hill",
    "We run the chandlery by the lock",
    "I am new to all of this",
    "I draw comics at night and repair bicycles by day",
    "Half my family lives here and the other half across the water",
    "I sing in two choirs",
];

/// … why …
pub const WHYS: &[&str] = &[
    "and would like to follow what is going on here.",
    "and miss knowing the people I read.",
    "and want to share what we find at low tide.",
    "and somebody on the market said you are kind to beginners.",
    "and your rules read as if somebody meant them.",
    "and I am tired of shouting matches.",
    "and my old server closes at the end of the month.",
    "and I look for people to sail with on Sundays.",
    "and would help with the council’s minutes, if they are wanted.",
];

/// … and what they would post.
pub const POSTING: &[&str] = &[
    "Mostly birds.",
    "Expect bread, and photographs of bread.",
    "I read more than I write.",
    "Old maps, when I find one.",
    "Some politics, behind a warning.",
    "Crochet patterns and cats.",
    "Tide tables, with opinions.",
];

/// What a ring says: the same words, with what machines change from one to the next.
pub const RING: &[&str] = &[
    "BEST CASINO BONUS 500 visit my profile https://bonus.example/1",
    "best casino bonus 750, visit my profile!",
    "Best Casino Bonus 1000 - visit my profile https://bonus.example/77",
];

/// What people of one household say: each their own.
pub const HOUSEHOLD: &[&str] = &[
    "My mother is @wren here and says I may have an account now that I am sixteen. I post about skateboards.",
    "Wren’s husband. She reads me the good ones aloud, so I may as well read them myself.",
    "Grandfather of the house; they set this up for me. I know a lot about engines.",
];

/// Handle, category, comment, post, age in minutes.
pub const CASES: &[(&str, i32, &str, &str, i64)] = &[
    ("gullwing_7", 2000, "the only good … he wrote", "The only good tourist is one who has left.", 48),
    ("pinewood_flag", 2000, "image without description, cropped flag", "You know what this means.", 60),
    ("brine@saltworks.example", 2000, "go back where", "<p>Go back where you came from.</p>", 65),
    ("ferryman_club", 0, "impersonates our club", "Official account of the rowing club. Send fees here.", 120),
    (
        "best-prices@shopnest.example",
        1000,
        "link posts every three minutes",
        "<p>Cheap shoes https://shopnest.example/a</p>",
        130,
    ),
    ("old_rope", 2000, "quoted without consent", "Look what she wrote to me last night.", 180),
    ("kelp_9", 0, "", "I disagree with the harbour council.", 240),
    (
        "win-win@shopnest.example",
        1000,
        "same link as best-prices",
        "<p>Cheap shoes https://shopnest.example/b</p>",
        250,
    ),
    ("capstan_jr", 2000, "thread of five posts", "And another thing about those people.", 300),
    ("driftnet_ii", 0, "please check this one again", "Nothing to see here.", 370),
    ("free_followers", 1000, "bio and six posts", "Get 1,000 followers in a day", 420),
    ("anchorman@bay.example", 2000, "private messages", "<p>I have screenshots of everything.</p>", 480),
    ("stormcock", 0, "constant replies", "Still waiting for an answer.", 600),
    ("flotsam@fjord.example", 1000, "", "<p>Win a boat</p>", 900),
    ("jetsam@delta.example", 0, "he follows me from server to server", "<p>There you are.</p>", 1500),
    ("pilot_light", 2000, "rule 2", "They should not be allowed near the water.", 2200),
    ("sternpost", 0, "unkind about my shop", "Worst bread in town.", 3000),
    ("seawall", 1500, "copied my photographs without asking", "My photographs of the storm.", 4200),
    ("nightwatch@reef.example", 0, "spreads rumours about the school", "<p>Ask yourself who pays them.</p>", 7000),
];

/// What people wrote into reports that were decided long ago.
pub const COMMENTS: &[&str] = &[
    "keeps posting the same link",
    "rude in every reply",
    "",
    "this is my photograph",
    "pretends to be the ferry company",
    "Beleidigt Leute im Hafenforum",
    "insulting my neighbours",
    "not funny any more",
    "spam",
];
