//! The council's sign-on (`OpenID` Connect), as a client sees it: what it says about itself, the way there, and who it says
//! came back. Everything here waits for another server, so it is called off the request threads.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenVerifier,
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::url::Url;
use openidconnect::{
    AuthType, AuthUrl, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    SignatureVerificationError, TokenResponse, TokenUrl,
};
use parking_lot::{Mutex, RwLock};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::config::{SignOn, is_loopback};
use crate::{Error, Result};

/// Where people are sent back to, below the base URL.
pub const BACK: &str = "/sign-on/back";
/// How long each answer may take: somebody is waiting in front of a page.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The longest answer that is read. Discovery, keys and tokens take some kilobytes.
const SIZE_MAX: u64 = 256 * 1024;
/// How long what it says about itself is believed without asking again.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// How long it is left alone after it did not answer.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(30);
/// How far its clock may be ahead of ours, and how old a token made for this very journey may be.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);
const AGE_MAX: TimeDelta = TimeDelta::minutes(15);
/// The longest subject there may be (`OpenID` Connect Core, section 2).
const SUBJECT_MAX: usize = 255;
/// Journeys that may begin in a minute, by everybody together. A county's people are far fewer.
const JOURNEYS_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;

/// Why nobody can be signed in this way just now. Says nothing about the person, so that it can be logged.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It does not answer, or not with what it should.
    #[error("the sign-on does not answer as it should: {0}")]
    Silent(String),
    /// It answered, and what came does not hold.
    #[error("the sign-on's answer does not hold: {0}")]
    Unbelieved(String),
}

/// Who somebody is there, and how they showed it.
#[derive(Clone)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    /// True if it says, by one of the agreed words, that it asked for a second factor.
    pub has_factor: bool,
    /// When they last showed it there, if it says so.
    pub shown_at: Option<NaiveDateTime>,
}

/// The way there.
pub struct Departure {
    pub address: String,
    pub state: String,
    pub secrets: Secrets,
}

/// What only this journey knows, and what the answer to it has to fit.
pub struct Secrets {
    pub nonce: String,
    pub verifier: String,
}

/// What the browser brought back.
#[derive(Clone)]
pub struct Returned {
    pub code: String,
    /// Who says that it answers (RFC 9207), if anybody does.
    pub issuer: Option<String>,
    /// True if the person was to show anew who they are.
    pub anew: bool,
}

/// The council's sign-on.
pub struct Provider {
    settings: SignOn,
    issuer: Url,
    redirect: RedirectUrl,
    agent: ureq::Agent,
    known: RwLock<Option<Arc<Known>>>,
    /// Held by the one that is asking; says when it last had no answer.
    turn: Mutex<Option<NaiveDateTime>>,
    journeys: DefaultDirectRateLimiter,
}

/// What a token has to fit.
struct Fit {
    nonce: Nonce,
    anew: bool,
    at: NaiveDateTime,
}

/// What it says about itself.
struct Known {
    discovery: Discovery,
    keys: CoreJsonWebKeySet,
    learned_at: NaiveDateTime,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    end_session_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Provider {
    /// The sign-on of these settings. Asks it nothing yet: a dead one does not stop the start.
    pub fn new(settings: SignOn, base_url: &str) -> Result<Self> {
        let unusable = |error: &dyn std::fmt::Display| {
            Error::Unusable(format!("setting `sign_on_issuer`: {error}"))
        };
        let issuer: Url = settings.issuer.parse().map_err(|told| unusable(&told))?;
        let redirect = RedirectUrl::new(format!("{base_url}{BACK}"));
        let is_local = is_loopback(&issuer);
        let mut agent = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_WITHIN))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(issuer.scheme() == "https")
            .user_agent("e4s");
        if is_local {
            agent = agent.proxy(None);
        }
        Ok(Self {
            issuer,
            redirect: redirect.map_err(|told| unusable(&told))?,
            agent: agent.build().new_agent(),
            settings,
            known: RwLock::new(None),
            turn: Mutex::new(None),
            journeys: RateLimiter::direct(Quota::per_minute(JOURNEYS_A_MINUTE)),
        })
    }

    /// What people call their account there.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Half of what an identity is kept under.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Counts a journey; too many at once are refused.
    pub fn admit(&self) -> Result<()> {
        self.journeys.check().map_err(|_not_yet| Error::TooMany)
    }

    /// A way there: with a state and a nonce that nobody has, and PKCE. `anew`: the person shows anew who they are.
    pub fn departure(&self, at: NaiveDateTime, anew: bool) -> Result<Departure, Trouble> {
        let known = self.known(at)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&known)?;
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .set_pkce_challenge(challenge);
        if anew {
            // Asked in both ways: a provider that knows no prompts says with `auth_time` how old the sign-in is.
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (address, state, nonce) = request.url();
        let secrets = Secrets { nonce: nonce.secret().clone(), verifier: verifier.into_secret() };
        Ok(Departure { address: address.into(), state: state.into_secret(), secrets })
    }

    /// Who came back: the code is exchanged, and the ID token that it gives is checked in every respect.
    pub fn who(
        &self,
        at: NaiveDateTime,
        returned: Returned,
        secrets: Secrets,
    ) -> Result<Identity, Trouble> {
        let known = self.known(at)?;
        match &returned.issuer {
            Some(it) if *it == known.discovery.issuer => {}
            None if !known.discovery.authorization_response_iss_parameter_supported => {}
            _ => return Err(unbelieved("another issuer answered")),
        }
        let client = self.client(&known)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(returned.code))
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier))
            .request(&|request| self.call(request))
            .map_err(|told| match told {
                // The description may name a person; the code does not.
                RequestTokenError::ServerResponse(it) => unbelieved(it.error().as_ref()),
                other => Trouble::Silent(other.to_string()),
            })?;
        let token = answer.id_token().ok_or_else(|| unbelieved("no ID token came"))?;
        let fit = Fit { nonce: Nonce::new(secrets.nonce), anew: returned.anew, at };
        let checked = match self.check(&known, token, &fit) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
                | SignatureVerificationError::CryptoError(_),
            )) => self.check(&*self.learn(at)?, token, &fit),
            other => other,
        };
        checked.map_err(|told| unbelieved(&told.to_string()))
    }

    /// Where somebody ends their session there, if it has such a page. Counted with the journeys: anybody can ask.
    pub fn ending(&self, at: NaiveDateTime) -> Option<String> {
        self.admit().ok()?;
        let known = self.known(at).ok()?;
        let mut address = known.discovery.end_session_endpoint.clone()?;
        address.query_pairs_mut().append_pair("client_id", &self.settings.client);
        Some(address.into())
    }

    /// Issuer, audience, signature (RS256 and ES256 alone), nonce, times, party and subject.
    fn check(
        &self,
        known: &Known,
        token: &CoreIdToken,
        fit: &Fit,
    ) -> Result<Identity, ClaimsVerificationError> {
        let Fit { nonce, anew, at } = fit;
        let (anew, at) = (*anew, *at);
        let issuer = IssuerUrl::from_url(self.issuer.clone());
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).unwrap_or(issuer);
        let client = ClientId::new(self.settings.client.clone());
        let is_timely = move |issued: DateTime<Utc>| {
            let age = at - issued.naive_utc();
            let fits = (-AHEAD_MAX..AGE_MAX).contains(&age);
            fits.then_some(()).ok_or_else(|| "it was not made for this journey".to_owned())
        };
        let is_anew = move |shown: Option<DateTime<Utc>>| match shown {
            _ if !anew => Ok(()),
            Some(shown) => is_timely(shown),
            None => Err("it does not say when its person showed who they are".to_owned()),
        };
        // As a public client's: the secret is no key, so that nothing signed with it can be believed.
        let verifier =
            CoreIdTokenVerifier::new_public_client(client.clone(), issuer, known.keys.clone())
                .set_allowed_algs([
                    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                ])
                .set_time_fn(move || at.and_utc())
                .set_issue_time_verifier_fn(is_timely)
                .set_auth_time_verifier_fn(is_anew);
        let claims = token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|it| *it != client) {
            let told = "it was made for another service".to_owned();
            return Err(ClaimsVerificationError::Other(told));
        }
        let subject = claims.subject().as_str();
        if subject.trim().is_empty() || subject.len() > SUBJECT_MAX || !subject.is_ascii() {
            return Err(ClaimsVerificationError::InvalidSubject("not as it should be".to_owned()));
        }
        let methods = claims.auth_method_refs().into_iter().flatten().map(|it| it.as_str());
        let class = claims.auth_context_ref().map(|it| it.as_str());
        let has_factor =
            methods.chain(class).any(|it| self.settings.factors.iter().any(|known| known == it));
        let (issuer, subject) = (self.settings.issuer.clone(), subject.to_owned());
        let shown_at = claims.auth_time().map(|it| it.naive_utc());
        Ok(Identity { issuer, subject, has_factor, shown_at })
    }

    fn client(&self, known: &Known) -> Result<Client, Trouble> {
        let discovery = &known.discovery;
        let issuer = IssuerUrl::new(discovery.issuer.clone()).map_err(|it| silent(&it))?;
        let client = ClientId::new(self.settings.client.clone());
        let secret = ClientSecret::new(self.settings.secret.expose_secret().to_owned());
        let offered = discovery.token_endpoint_auth_methods_supported.as_deref();
        let offers = |name: &str| offered.is_some_and(|it| it.iter().any(|it| it == name));
        let in_body = offers("client_secret_post") && !offers("client_secret_basic");
        Ok(CoreClient::new(client, issuer, known.keys.clone())
            .set_client_secret(secret)
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
            .set_auth_uri(AuthUrl::from_url(discovery.authorization_endpoint.clone()))
            .set_token_uri(TokenUrl::from_url(discovery.token_endpoint.clone()))
            .set_redirect_uri(self.redirect.clone()))
    }

    /// What it says about itself: as it was learned, unless that is too long ago. An old answer is better than none.
    fn known(&self, at: NaiveDateTime) -> Result<Arc<Known>, Trouble> {
        // By itself, so that the lock is given back before `learn` wants it.
        let known = self.known.read().clone();
        match known.filter(|it| at - it.learned_at < KEPT_FOR) {
            Some(known) => Ok(known),
            None => self.learn(at),
        }
    }

    /// Asks it, one at a time, and not again at once after it did not answer. While somebody else asks, an old answer will
    /// do: many who waited for a sign-on that hangs would hold every thread.
    fn learn(&self, at: NaiveDateTime) -> Result<Arc<Known>, Trouble> {
        let before = self.known.read().clone();
        let patience = if before.is_some() { Duration::ZERO } else { ANSWER_WITHIN };
        let Some(mut failed_at) = self.turn.try_lock_for(patience) else {
            return before.ok_or_else(|| silent(&"somebody else is asking it"));
        };
        // What that somebody has learned meanwhile is new enough.
        let before = self.known.read().clone();
        if failed_at.is_some_and(|it| at - it < AFTER_FAILURE) {
            return before.ok_or_else(|| silent(&"it was asked a moment ago"));
        }
        match self.ask(at) {
            Ok(known) => {
                let known = Arc::new(known);
                *self.known.write() = Some(Arc::clone(&known));
                *failed_at = None;
                Ok(known)
            }
            Err(trouble) => {
                tracing::warn!(%trouble, "people can sign in with their passwords meanwhile");
                *failed_at = Some(at);
                before.ok_or(trouble)
            }
        }
    }

    fn ask(&self, at: NaiveDateTime) -> Result<Known, Trouble> {
        let base = self.settings.issuer.trim_end_matches('/');
        let discovery: Discovery = self.get(&format!("{base}/.well-known/openid-configuration"))?;
        if discovery.issuer != self.settings.issuer {
            return Err(silent(&"its discovery document names another issuer"));
        }
        let named = [
            Some(&discovery.authorization_endpoint),
            Some(&discovery.token_endpoint),
            Some(&discovery.jwks_uri),
            discovery.end_session_endpoint.as_ref(),
        ];
        if !named.into_iter().flatten().all(|it| self.may_be_asked(it)) {
            return Err(silent(&"its discovery document names an address without https"));
        }
        let keys = self.get(discovery.jwks_uri.as_str())?;
        Ok(Known { discovery, keys, learned_at: at })
    }

    /// Only https; on loopback, where the issuer itself has none, loopback without it too.
    fn may_be_asked(&self, address: &Url) -> bool {
        let both_local = is_loopback(address) && is_loopback(&self.issuer);
        address.scheme() == "https" || (both_local && address.scheme() == self.issuer.scheme())
    }

    fn get<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, Trouble> {
        let called = self.agent.get(address).header("accept", "application/json").call();
        let mut answer = called.map_err(|it| silent(&it))?;
        if answer.status().as_u16() != 200 {
            return Err(silent(&format!("status {}", answer.status())));
        }
        let body = answer.body_mut().with_config().limit(SIZE_MAX).read_to_vec();
        serde_json::from_slice(&body.map_err(|it| silent(&it))?).map_err(|it| silent(&it))
    }

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let body = body.with_config().limit(SIZE_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

fn silent(why: &dyn std::fmt::Display) -> Trouble {
    Trouble::Silent(why.to_string())
}

fn unbelieved(why: &str) -> Trouble {
    Trouble::Unbelieved(why.to_owned())
}
