// The registrations: what an application with each library tells its operator to write.

import { generateKeyPairSync } from 'node:crypto';

// With every sign that libraries encode in different ways in a Basic header (RFC 6749
// section 2.3.1): some encode too little, one encodes even dots.
export const SECRET = "An-app_s.secret~of!40*signs('+/=%26:&#)";

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PRIVATE_KEY = key.privateKey.export({ format: 'jwk' });
const publicKey = { ...key.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'one' };

// An application with a server, at `app`, whose library wants answers at `callback`.
function web(app, callback, more = {}) {
  return {
    client_id: 'app',
    client_secret: SECRET,
    client_name: 'Expenses & Travel',
    client_uri: `${app}/`,
    redirect_uris: [`${app}${callback}`],
    post_logout_redirect_uris: [`${app}/signed-out`],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email phone offline_access',
    ...more,
  };
}

// One that authenticates by a key, and one that acts for itself.
const byKey = (app, callback) => {
  const { client_secret: _, ...members } = web(app, callback, { client_id: 'by-key' });
  return { ...members, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } };
};
const machine = { client_id: 'machine', client_secret: SECRET, preset: 'machine', scope: 'openid' };

// Those that want their ID Tokens signed by another algorithm than RS256: `es256` and so on.
const byAlgorithm = (app) =>
  ['ES256', 'PS256', 'EdDSA'].map((alg) =>
    web(app, '/callback', { client_id: alg.toLowerCase(), id_token_signed_response_alg: alg }),
  );

// As an office registers NocoBase.
const nocobase = (app) => ({
  client_id: 'nocobase',
  client_secret: SECRET,
  preset: 'nocobase',
  redirect_uris: [`${app}/api/oidc:redirect`],
  post_logout_redirect_uris: [`${app}/signin`],
  scope: 'openid profile email phone',
});

const SUITES = {
  openid_client_5: (app) => [web(app, '/callback'), nocobase(app), byKey(app, '/callback'), machine],
  openid_client_6: (app) => [web(app, '/callback'), byKey(app, '/callback'), machine, ...byAlgorithm(app)],
  oidc_client_ts: (app) => [
    {
      client_id: 'page',
      preset: 'spa',
      client_name: 'A page',
      redirect_uris: [`${app}/callback`],
      post_logout_redirect_uris: [`${app}/signed-out`],
      scope: 'openid profile email',
    },
  ],
  authjs: (app) => [web(app, '/auth/callback/dingpass'), byKey(app, '/auth/callback/by-key')],
  express_openid_connect: (app) => [
    web(app, '/callback', { backchannel_logout_uri: `${app}/backchannel-logout` }),
  ],
  authlib: (app) => [web(app, '/callback'), byKey(app, '/callback'), ...byAlgorithm(app)],
  mozilla_django_oidc: (app) => [web(app, '/oidc/callback/')],
  go_oidc: (app) => [web(app, '/callback', { backchannel_logout_uri: `${app}/backchannel` }), ...byAlgorithm(app)],
  mod_auth_openidc: (app) => [
    web(app, '/protected/callback', { backchannel_logout_uri: `${app}/protected/callback?logout=backchannel` }),
  ],
};

export function clientsOf(suite, app) {
  const clients = SUITES[suite];
  if (!clients) throw new Error(`no suite ${suite}; there are ${Object.keys(SUITES).join(', ')}`);
  return clients(app);
}
