// An OpenID Connect provider for the tests (npm's oidc-provider), with a tiny policy: whoever `who` names is signed in
// without being asked. It can be told to misbehave, and then forges the ID token with its own, real key. It ends when its
// standard input does.
//
//   node provider.mjs PORT NOW REDIRECT
//
// PORT 0 is any free one; the port in use is printed. NOW is the clock's time at the start, in milliseconds. REDIRECT is the
// client's address. POST /tell takes JSON: { who } (see below), { how } (see `forged`), { rotate: true }, { slow: true },
// { ahead: SECONDS }.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const [port, now, redirect] = process.argv.slice(2)

// The tests have a clock of their own, and so has the provider: before it is loaded.
const RealDate = Date
let ahead = Number(now) - RealDate.now()
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length > 0) super(...given)
    else super(RealDate.now() + ahead)
  }
  static now() {
    return RealDate.now() + ahead
  }
}
const { default: Provider } = await import('oidc-provider')

let who = { sub: 'kim-1', email: 'kim@example.org', amr: ['pwd'] }
let how = ''
let isSlow = false
let keys
let answer
const log = []

function rotate() {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = `key-${RealDate.now()}-${Math.random()}`
  keys = { kid, private: pair.privateKey, public: pair.publicKey }
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/// The token with one thing wrong, signed again.
function forged(token) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
  let alg = 'RS256'
  if (how === 'nonce') claims.nonce = 'another'
  if (how === 'no-nonce') delete claims.nonce
  if (how === 'audience') claims.aud = 'another-service'
  if (how === 'audiences') claims.aud = ['e4s', 'another-service']
  if (how === 'issuer') claims.iss = 'https://evil.example'
  if (how === 'expired') Object.assign(claims, { iat: claims.iat - 7200, exp: claims.iat - 3600 })
  if (how === 'old') claims.iat -= 1800
  if (how === 'shown-yesterday') claims.auth_time = claims.iat - 86_400
  if (how === 'shown-now') claims.auth_time = claims.iat
  if (how === 'never-shown') delete claims.auth_time
  if (how === 'from-the-future') Object.assign(claims, { iat: claims.iat + 3600, exp: claims.iat + 7200 })
  if (how === 'no-subject') claims.sub = ''
  if (how === 'party') claims.azp = 'another-service'
  if (how === 'none') alg = 'none'
  if (how === 'HS256' || how === 'HS256-secret') alg = 'HS256'
  if (how === 'RS512') alg = 'RS512'
  const text = `${part({ alg, typ: 'JWT', kid: keys.kid })}.${part(claims)}`
  if (alg === 'none') return `${text}.`
  if (alg === 'HS256') {
    const secret =
      how === 'HS256-secret' ? 'a secret of the tests' : keys.public.export({ type: 'spki', format: 'pem' })
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const key = how === 'signature' ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : keys.private
  return `${text}.${sign(alg === 'RS512' ? 'sha512' : 'sha256', Buffer.from(text), key).toString('base64url')}`
}

function make(issuer) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'e4s',
        client_secret: 'a secret of the tests',
        application_type: 'native',
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...keys.private.export({ format: 'jwk' }), kid: keys.kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['for the tests'] },
    claims: { openid: ['sub', 'email', 'acr', 'amr'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (ctx, interaction) => `/as/${interaction.uid}` },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: who.email, email_verified: true, role: 'admin' }),
    }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      })
      grant.addOIDCScope('openid email')
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    await next()
    log.push(`${ctx.method} ${ctx.path} ${ctx.status}`)
    if (ctx.path === '/token' && ctx.body?.id_token && how) ctx.body.id_token = forged(ctx.body.id_token)
    if (ctx.path === '/token' && how === 'no-token') delete ctx.body.id_token
    if (ctx.path === '/token' && how.startsWith('redirect-')) {
      ctx.status = Number(how.slice('redirect-'.length))
      ctx.set('location', '/elsewhere')
    }
    if (ctx.path === '/jwks' && how === 'endless') ctx.body = { keys: [], padding: 'x'.repeat(5_000_000) }
    if (ctx.path === '/jwks' && how === 'nonsense') ctx.body = 'no keys here'
    if (ctx.path.endsWith('openid-configuration')) {
      if (how === 'elsewhere') ctx.body = { ...ctx.body, token_endpoint: 'http://10.0.0.1/token' }
      if (how === 'another-issuer') ctx.body = { ...ctx.body, issuer: 'https://evil.example' }
    }
  })
  const callback = provider.callback()
  return async (request, response) => {
    if (!request.url.startsWith('/as/')) return callback(request, response)
    if (who.refuses) {
      return provider.interactionFinished(request, response, {
        error: 'access_denied',
        error_description: '<b>no</b>',
      })
    }
    return provider.interactionFinished(request, response, {
      login: { accountId: who.sub, amr: who.amr, acr: who.acr },
      consent: {},
    })
  }
}

const server = createServer(async (request, response) => {
  if (request.url === '/tell') {
    const told = await json(request)
    if (told.who) who = told.who
    if (told.how !== undefined) how = told.how
    if (told.slow !== undefined) isSlow = told.slow
    if (told.ahead) ahead += told.ahead * 1000
    if (told.rotate) {
      rotate()
      answer = make(`http://127.0.0.1:${server.address().port}`)
    }
    return response.end(JSON.stringify(log))
  }
  if (isSlow) return
  answer(request, response)
})
rotate()
server.listen(Number(port), '127.0.0.1', () => {
  answer = make(`http://127.0.0.1:${server.address().port}`)
  console.log(server.address().port)
})
process.stdin.resume().on('end', () => process.exit(0))
