//! The twelve integrations: what they are for, what was done with them, and how they call.

use super::people::Who;
use super::store::LastCall;
use crate::integrations::model::{Extension, Overlap};
use crate::world::{Span, Timestamp};

/// The integration whose token reads and writes contacts.
pub const FULL: &str = "Contact form";
/// The integration whose token only reads them.
pub const READ_ONLY: &str = "Phone system";

/// One integration, from its making to this day.
#[derive(Debug)]
pub struct Story {
    pub name: &'static str,
    pub description: &'static str,
    pub scopes: &'static [&'static str],
    pub chapters: &'static [Chapter],
    pub calls: Option<Rhythm>,
}

/// What somebody did with it, and how long ago.
#[derive(Debug)]
pub struct Chapter {
    pub ago: Span,
    pub by: Who,
    pub deed: Deed,
}

/// What was done.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    Create,
    Describe(&'static str),
    Hold(&'static [&'static str]),
    RotateLater(Overlap),
    RotateNow,
    CancelRotation,
    ExtendOverlap(Extension),
    ExpireOutgoing,
    /// The old token reached its deadline; nobody did it.
    OverlapEnds,
    Pause,
    Resume,
    Delete,
    /// The software gave its own token back.
    Revoke,
}

/// When and how often software calls, and with what.
#[derive(Debug)]
pub struct Rhythm {
    /// Calls in the busiest hour of a weekday; none were counted in the last 60 days when 0.
    pub busiest: i64,
    /// The first hour of the day (UTC), and the one after the last.
    pub hours: (i64, i64),
    /// Calls at weekends, in per cent of a weekday's.
    pub weekend: i64,
    /// Scopes that its calls need, each with its share in per cent.
    pub scopes: &'static [(&'static str, i64)],
    /// The last call: how long ago, route, address, client.
    pub last: (Span, &'static str, &'static str, &'static str),
}

impl Rhythm {
    /// The last call of one token.
    pub fn last_call(&self, at: Timestamp) -> LastCall {
        let (_, route, address, agent) = self.last;
        LastCall { at, address, agent, route }
    }
}

const READ: &str = "contacts.readonly";
const WRITE: &str = "contacts.write";

const GET_ONE: &str = "GET /contacts/{id}";
const LIST: &str = "GET /contacts/";
const ADD: &str = "POST /contacts/";
const CHANGE: &str = "PUT /contacts/{id}";

const fn ago(days: i64, hours: i64) -> Span {
    Span::hours(days * 24 + hours)
}

const fn by(who: Who, ago: Span, deed: Deed) -> Chapter {
    Chapter { ago, by: who, deed }
}

/// Every integration, in no order.
pub const STORIES: &[Story] = &[
    Story {
        name: "Booking widget",
        description: "Booking on the website",
        scopes: &[READ, WRITE],
        chapters: &[
            by(Who::Maren, ago(187, 5), Deed::Create),
            by(Who::Maren, ago(97, 3), Deed::RotateNow),
            by(Who::Ilse, ago(59, 1), Deed::Hold(&[READ, WRITE, "calendars/events.write"])),
            by(Who::Jonas, ago(6, 4), Deed::Describe("Online booking on the website")),
        ],
        calls: Some(Rhythm {
            busiest: 62,
            hours: (6, 21),
            weekend: 34,
            scopes: &[(READ, 78), (WRITE, 22)],
            last: (Span::hours(3), LIST, "198.51.100.7", "BookingWidget/3.1"),
        }),
    },
    Story {
        name: "Review collector",
        description: "Asks for a review after each visit",
        scopes: &[READ, "conversations/message.write"],
        chapters: &[by(Who::Jonas, ago(91, 2), Deed::Create)],
        calls: Some(Rhythm {
            busiest: 14,
            hours: (15, 20),
            weekend: 60,
            scopes: &[(READ, 100)],
            last: (Span::hours(25), GET_ONE, "203.0.113.40", "review-collector/1.9"),
        }),
    },
    Story {
        name: "Warehouse sync",
        description: "Stock levels, Tidewater",
        scopes: &[READ, WRITE, "products.readonly"],
        chapters: &[
            by(Who::Maren, ago(80, 3), Deed::Create),
            by(Who::Ada, ago(33, 2), Deed::Hold(&[READ, WRITE, "products.readonly", "products/prices.readonly"])),
            by(Who::Maren, ago(2, 0), Deed::RotateLater(Overlap::Week)),
        ],
        calls: Some(Rhythm {
            busiest: 118,
            hours: (0, 24),
            weekend: 45,
            scopes: &[(READ, 64), (WRITE, 36)],
            last: (Span::minutes(2), CHANGE, "203.0.113.86", "tidewater-sync/5.2"),
        }),
    },
    Story {
        name: "BI export",
        description: "Nightly figures for Metrica",
        scopes: &[READ, "opportunities.readonly", "products.readonly", "invoices.readonly"],
        chapters: &[
            by(Who::Ada, ago(78, 6), Deed::Create),
            by(
                Who::Maren,
                ago(40, 4),
                Deed::Hold(&[
                    READ,
                    "opportunities.readonly",
                    "products.readonly",
                    "invoices.readonly",
                    "payments/orders.readonly",
                ]),
            ),
        ],
        calls: Some(Rhythm {
            busiest: 420,
            hours: (1, 4),
            weekend: 100,
            scopes: &[(READ, 100)],
            last: (Span::hours(7), LIST, "203.0.113.9", "metrica-export/2026.3"),
        }),
    },
    Story {
        name: "Loyalty cards",
        description: "Points for members",
        scopes: &[READ, WRITE, "locations/tags.readonly"],
        chapters: &[
            by(Who::Jonas, ago(140, 7), Deed::Create),
            by(Who::Jonas, ago(50, 5), Deed::RotateNow),
            by(Who::Ilse, ago(6, 1), Deed::Pause),
        ],
        calls: Some(Rhythm {
            busiest: 38,
            hours: (8, 20),
            weekend: 70,
            scopes: &[(READ, 55), (WRITE, 45)],
            last: (ago(6, 3), CHANGE, "198.51.100.90", "loyalty-cards/0.8"),
        }),
    },
    Story {
        name: "Newsletter bridge",
        description: "Subscribers to and from Postlane",
        scopes: &[READ, WRITE],
        chapters: &[
            by(Who::Jonas, ago(119, 4), Deed::Create),
            by(Who::Jonas, ago(29, 6), Deed::RotateLater(Overlap::Week)),
            by(Who::Jonas, ago(22, 6), Deed::OverlapEnds),
        ],
        calls: Some(Rhythm {
            busiest: 24,
            hours: (0, 24),
            weekend: 50,
            scopes: &[(READ, 70), (WRITE, 30)],
            last: (Span::minutes(14), LIST, "203.0.113.117", "Postlane/7.0"),
        }),
    },
    Story {
        name: READ_ONLY,
        description: "Caller names on the desk phones",
        scopes: &[READ],
        chapters: &[by(Who::Ada, ago(95, 2), Deed::Create), by(Who::Ada, ago(12, 3), Deed::RotateNow)],
        calls: Some(Rhythm {
            busiest: 46,
            hours: (7, 18),
            weekend: 8,
            scopes: &[(READ, 100)],
            last: (Span::seconds(41), LIST, "192.0.2.77", "desk-phones/12.4"),
        }),
    },
    Story {
        name: "Partner portal",
        description: "Staging; the token is in the Ops vault",
        scopes: &[READ, "opportunities.readonly", "opportunities.write"],
        chapters: &[by(Who::Maren, ago(4, 2), Deed::Create)],
        calls: None,
    },
    Story {
        name: "Invoice mailer",
        description: "Sends invoices by e-mail",
        scopes: &[READ, "invoices.write"],
        chapters: &[by(Who::Ilse, ago(64, 5), Deed::Create), by(Who::Ilse, ago(3, 1), Deed::Revoke)],
        calls: Some(Rhythm {
            busiest: 11,
            hours: (5, 17),
            weekend: 0,
            scopes: &[(READ, 100)],
            last: (ago(3, 2), GET_ONE, "198.51.100.133", "invoice-mailer/1.4"),
        }),
    },
    Story {
        name: "Old shop import",
        description: "One-off import from the old shop",
        scopes: &[WRITE, "products.write"],
        chapters: &[by(Who::Ilse, ago(262, 4), Deed::Create), by(Who::Ilse, ago(234, 3), Deed::Delete)],
        calls: Some(Rhythm {
            busiest: 0,
            hours: (8, 18),
            weekend: 0,
            scopes: &[(WRITE, 100)],
            last: (ago(243, 2), ADD, "198.51.100.52", "curl/8.14"),
        }),
    },
    Story {
        name: FULL,
        description: "Enquiries from the website",
        scopes: &[WRITE],
        chapters: &[
            by(Who::Ada, ago(74, 3), Deed::Create),
            by(Who::Ada, ago(61, 2), Deed::Hold(&[READ, WRITE])),
            by(Who::Maren, ago(38, 5), Deed::RotateLater(Overlap::Week)),
            by(Who::Maren, ago(37, 2), Deed::CancelRotation),
            by(Who::Jonas, ago(36, 4), Deed::RotateNow),
        ],
        calls: Some(Rhythm {
            busiest: 9,
            hours: (5, 23),
            weekend: 55,
            scopes: &[(WRITE, 62), (READ, 38)],
            last: (Span::minutes(9), ADD, "198.51.100.7", "contact-form/2.2"),
        }),
    },
    Story {
        name: "Delivery notices",
        description: "Tells customers when a parcel leaves",
        scopes: &[READ, "conversations/message.write"],
        chapters: &[
            by(Who::Ilse, ago(110, 2), Deed::Create),
            by(Who::Ada, ago(88, 4), Deed::Pause),
            by(Who::Ada, ago(87, 3), Deed::Resume),
            by(Who::Ilse, ago(20, 5), Deed::RotateLater(Overlap::Week)),
            by(Who::Jonas, ago(15, 2), Deed::ExtendOverlap(Extension::Week)),
            by(Who::Ilse, ago(9, 4), Deed::ExpireOutgoing),
        ],
        calls: Some(Rhythm {
            busiest: 33,
            hours: (6, 16),
            weekend: 12,
            scopes: &[(READ, 100)],
            last: (Span::minutes(52), GET_ONE, "203.0.113.86", "delivery-notices/3.0"),
        }),
    },
];
