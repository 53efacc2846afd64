//! Forms that software sends: bound to no session, since none counts here.

use crate::error::AppError;
use crate::web::fields::Fields;
use crate::web::form::{Reading, read_fields};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// The fields of a form, of at most 256 kB.
#[derive(Debug, Clone)]
pub struct FormFields(pub Fields);

impl FromRequest for FormFields {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = read_fields(request.clone(), payload);
        Box::pin(async move { reading.await.map(Self) })
    }
}
