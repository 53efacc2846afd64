//! Private integrations: what they may do, and the tokens with which they do it.

pub mod scopes;
