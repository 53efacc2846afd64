//! What webhooks can tell.

macro_rules! events {
    ($($name:ident: $words:literal;)*) => {
        /// An event that an endpoint may choose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Event {
            $(#[doc = $words] $name,)*
            #[doc = "Test event, sent by hand"]
            Test,
        }

        impl Event {
            /// Those that can be chosen, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as bodies say it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                    Self::Test => "Test",
                }
            }

            /// When it happens, for people.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                    Self::Test => "Test event, sent by hand",
                }
            }
        }
    };
}

events! {
    ContactCreate: "A contact is added";
    ContactUpdate: "Fields of a contact change";
    ContactDelete: "A contact is deleted";
    ContactTagUpdate: "Tags of a contact change";
    NoteCreate: "A note is added to a contact";
    NoteUpdate: "A note changes";
    NoteDelete: "A note is deleted";
    TaskCreate: "A task is added to a contact";
    TaskComplete: "A task is completed";
    TaskDelete: "A task is deleted";
}

impl Event {
    /// The event of this name; also the test.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().chain([Self::Test]).find(|event| event.name() == name)
    }

    /// The scope that an integration needs to hear of it. They all tell of contacts; a test is made up, but arrives as they do.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        "contacts.readonly"
    }
}
