//! What the people of the practice community are called and say.

pub const NAMES: &[&str] = &[
    "wren", "otter", "gullwing", "pinewood", "ferryman", "kelp", "capstan", "driftnet", "anchorman", "brine", "mossback",
    "saltmarsh", "heron", "plimsoll", "bosun", "halyard", "limpet", "samphire", "thrift", "cormorant", "dunlin", "eider",
    "fulmar", "gannet", "isla", "jetty", "keelson", "lugger", "marram", "nautilus", "osprey", "petrel", "quay", "ruddock",
    "sandpiper", "tern", "undertow", "vesper", "whimbrel", "yawl", "zephyr", "annika", "bogdan", "chiara", "dagny", "emre",
    "farah", "goran", "hanako", "ibrahim", "joana", "kwame", "lotte", "mateus", "nadia", "oksana", "pavel", "quentin",
    "rosalind", "soraya", "tomasz", "ulrike", "vikram", "wilhelmina", "ximena", "yusuf", "zainab",
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

pub const SERVERS: &[&str] = &[
    "tidepool.example", "night.example", "saltworks.example", "bay.example", "lagoon.example", "quay.example",
    "shopnest.example", "rage.example", "mirror.example", "fjord.example", "delta.example", "estuary.example",
    "reef.example", "skerry.example", "sound.example", "strait.example", "atoll.example", "cove.example", "firth.example",
    "gulf.example", "islet.example", "key.example", "mere.example", "ness.example", "polder.example",
];

pub const REASONS: &[&str] = &[
    "I moved to the harbour in spring and would like to follow what is going on here. I write about birds, mostly.",
    "A friend (@wren) told me about this place. I am a nurse and post about gardening.",
    "hello",
    "Looking for a quieter server. I have been on a large one for three years and miss knowing people.",
    "BEST CASINO BONUS visit my profile",
    "Ich betreibe den kleinen Buchladen am Kai und möchte Veranstaltungen ankündigen.",
    "growth marketing expert, interested in networking",
    "I study marine biology and want to share our survey of the estuary.",
    "let me in",
    "Je suis bénévole à la bibliothèque du port et je voudrais annoncer nos ateliers.",
];

/// Handle, category, comment, post, age in minutes.
pub const CASES: &[(&str, i32, &str, &str, i64)] = &[
    ("gullwing_7", 2000, "the only good … he wrote", "The only good tourist is one who has left.", 48),
    ("pinewood_flag", 2000, "image without description, cropped flag", "You know what this means.", 60),
    ("brine@saltworks.example", 2000, "go back where", "<p>Go back where you came from.</p>", 65),
    ("ferryman_club", 0, "impersonates our club", "Official account of the rowing club. Send fees here.", 120),
    ("best-prices@shopnest.example", 1000, "link posts every three minutes", "<p>Cheap shoes https://shopnest.example/a</p>", 130),
    ("old_rope", 2000, "quoted without consent", "Look what she wrote to me last night.", 180),
    ("kelp_9", 0, "", "I disagree with the harbour council.", 240),
    ("win-win@shopnest.example", 1000, "same link as best-prices", "<p>Cheap shoes https://shopnest.example/b</p>", 250),
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
