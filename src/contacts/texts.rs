//! The plain texts of a contact: one table says their names, labels and lengths.

macro_rules! texts {
    ($($(#[$doc:meta])* $slot:ident, $field:ident = $key:literal, $label:literal, $limit:literal;)*) => {
        /// One text of a contact.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Text { $($(#[$doc])* $field,)* }

        /// The texts of a contact; what is unknown is absent, and none is blank.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Texts { $($(#[$doc])* pub $slot: Option<String>,)* }

        impl Text {
            /// Every text, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// The name on API v2.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$field => $key,)* }
            }

            /// The name that people read.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$field => $label,)* }
            }

            /// How many characters it may have.
            #[must_use]
            pub const fn limit(self) -> usize {
                match self { $(Self::$field => $limit,)* }
            }
        }

        impl Texts {
            /// The text, when it is known.
            #[must_use]
            pub fn get(&self, text: Text) -> Option<&str> {
                match text { $(Text::$field => self.$slot.as_deref(),)* }
            }

            /// Sets or clears it.
            pub fn set(&mut self, text: Text, value: Option<String>) {
                match text { $(Text::$field => self.$slot = value,)* }
            }
        }
    };
}

texts! {
    /// The given name.
    first_name, FirstName = "firstName", "First name", 200;
    /// The family name.
    last_name, LastName = "lastName", "Last name", 200;
    /// The whole name, where it says more than first and last name.
    name, Name = "name", "Name", 400;
    /// The e-mail address, as it was given.
    email, Email = "email", "E-mail", 254;
    /// The phone number, as it was given.
    phone, Phone = "phone", "Phone", 50;
    /// Street and number.
    address1, Address1 = "address1", "Address", 300;
    /// The town.
    city, City = "city", "City", 200;
    /// State, province or region.
    state, State = "state", "State", 200;
    /// The country, usually two letters.
    country, Country = "country", "Country", 100;
    /// The postal code.
    postal_code, PostalCode = "postalCode", "Postal code", 40;
    /// The web site.
    website, Website = "website", "Website", 2000;
    /// The time zone.
    timezone, Timezone = "timezone", "Time zone", 100;
    /// The company.
    company_name, CompanyName = "companyName", "Company", 200;
    /// From where the contact came.
    source, Source = "source", "Source", 200;
    /// The kind of contact.
    kind, Kind = "type", "Type", 50;
    /// Who looks after the contact, in the words of the software that says so.
    assigned_to, AssignedTo = "assignedTo", "Assigned to", 100;
    /// The day of birth, as `YYYY-MM-DD`.
    date_of_birth, DateOfBirth = "dateOfBirth", "Date of birth", 40;
}
