//! Who is tried next: every endpoint gets its turn, as far as there are hands for it.

use super::claims::{Claim, claim, put_away};
use super::client::{Answer, Client, Request};
use super::hands::{Hands, Of};
use super::{go_on, results};
use crate::db::Db;
use crate::error::Result;
use crate::ids::EndpointId;
use crate::webhooks::model::delivery::Problem;
use crate::webhooks::store::due::{self, Waiting};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinSet};

/// Claims deliveries and tries them.
pub struct Dispatcher {
    db: Db,
    client: Client,
    /// Whether there is a mail server.
    mails: bool,
    tries: JoinSet<()>,
    hands: Hands,
    /// For whom each try is that is under way.
    under_way: HashMap<Id, Of>,
    /// Whose turn it was last.
    last: Option<EndpointId>,
}

impl Dispatcher {
    /// Tries nothing yet.
    #[must_use]
    pub fn new(db: Db, client: Client, mails: bool) -> Self {
        Self {
            db,
            client,
            mails,
            tries: JoinSet::new(),
            hands: Hands::default(),
            under_way: HashMap::new(),
            last: None,
        }
    }

    /// Works until it is to stop; then waits for what is under way.
    pub async fn run(mut self, ready: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.round(&stop).await {
                tracing::warn!(cause = %error, "webhooks that are due could not be taken yet");
                self.wait(&ready, &mut stop).await;
            }
            self.settle();
            if *stop.borrow() || !self.wait(&ready, &mut stop).await {
                break;
            }
        }
        while self.tries.join_next().await.is_some() {}
    }

    /// Waits for something to do: a try has ended, something was announced, or it is time to look. Whether to go on.
    async fn wait(&mut self, ready: &Notify, stop: &mut watch::Receiver<bool>) -> bool {
        tokio::select! {
            Some(ended) = self.tries.join_next_with_id() => {
                self.end(ended.map_or_else(|error| error.id(), |(id, ())| id));
                true
            }
            on = go_on(stop, Some(ready)) => on,
        }
    }

    /// Puts away every try that has ended.
    fn settle(&mut self) {
        while let Some(ended) = self.tries.try_join_next_with_id() {
            self.end(ended.map_or_else(|error| error.id(), |(id, ())| id));
        }
    }

    fn end(&mut self, id: Id) {
        if let Some(of) = self.under_way.remove(&id) {
            self.hands.give_back(&of);
        }
    }

    fn begin(&mut self, of: &Of, claim: Claim) {
        let work = attempt(self.db.clone(), self.client.clone(), claim, self.mails);
        let id = self.tries.spawn(work).id();
        self.hands.take(of.clone());
        self.under_way.insert(id, of.clone());
    }

    /// Gives every endpoint for which something is due its turn, beginning behind the one that had it last.
    async fn round(&mut self, stop: &watch::Receiver<bool>) -> Result<()> {
        if self.hands.are_full() {
            return Ok(());
        }
        let (mut due, damaged) = due::endpoints(&mut self.db.read().await?.on(), self.db.world().now()).await?;
        for endpoint in &damaged {
            put_away(&self.db, endpoint).await?;
        }
        let behind = due.partition_point(|of| self.last.as_ref().is_some_and(|last| of.endpoint <= *last));
        due.rotate_left(behind);
        for of in due {
            let Waiting { endpoint, account, standing } = &of;
            let hand = Of { account: account.clone(), endpoint: endpoint.clone(), standing: *standing };
            let room = self.hands.room(&hand);
            if room == 0 {
                continue;
            }
            if *stop.borrow() {
                break;
            }
            match claim(&self.db, &of, room).await {
                Ok(claims) => claims.into_iter().for_each(|claim| self.begin(&hand, claim)),
                // The others have their turn all the same.
                Err(error) => tracing::warn!(cause = %error, webhook = %of.endpoint, "nothing could be taken yet"),
            }
            self.last = Some(of.endpoint);
            self.settle();
        }
        Ok(())
    }
}

/// Tries one delivery and keeps how it went. No transaction is open meanwhile.
async fn attempt(db: Db, client: Client, claim: Claim, mails: bool) {
    let answer = match &claim.secrets {
        None => Answer::none(Problem::NoSecret, 0),
        Some(secrets) => {
            let sign =
                |secret: &crate::webhooks::secret::SigningSecret| secret.sign(&claim.message, claim.at, &claim.body);
            let signatures: Vec<String> = secrets.iter().map(sign).collect();
            let request = Request {
                url: &claim.url,
                message: &claim.message,
                at: claim.at,
                signatures: &signatures.join(" "),
                body: &claim.body,
            };
            client.send(&request).await
        }
    };
    results::keep(&db, &claim, &answer, mails).await;
}
