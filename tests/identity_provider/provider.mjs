/* A certified OpenID Connect provider for the tests, and the ways in which a hostile one would answer.

   node provider.mjs PORT REDIRECT_URI…    says "ready" when it listens.

   Whatever name is typed on its sign-in page is the subject. GET /turn?into=… makes it hostile until the next turn. */
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { Provider } from "oidc-provider";

const [port, ...redirectUris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const secret = "provider-secret-of-the-tests-0123456789";
const own = await generateKeyPair("RS256", { extractable: true });
const foreign = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(own.privateKey)), kid: "own", alg: "RS256", use: "sig" };

const provider = new Provider(issuer, {
  clients: [{ client_id: "kipina", client_secret: secret, redirect_uris: redirectUris, response_types: ["code"], grant_types: ["authorization_code"] }],
  jwks: { keys: [key] },
  cookies: { keys: ["a key for the cookies of the tests"] },
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email"] },
  features: { devInteractions: { enabled: true } },
  ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 3600 },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

/* What a hostile provider puts into the token, and how it signs it. */
const now = () => Math.floor(Date.now() / 1000);
const claimsOf = {
  nonce: (claims) => ({ ...claims, nonce: "another" }),
  no_nonce: ({ nonce, ...claims }) => claims,
  issuer: (claims) => ({ ...claims, iss: "https://other.example" }),
  audience: (claims) => ({ ...claims, aud: "another-client" }),
  audiences: (claims) => ({ ...claims, aud: ["kipina", "another-client"] }),
  party: (claims) => ({ ...claims, azp: "another-client" }),
  expired: (claims) => ({ ...claims, iat: now() - 7200, exp: now() - 3600 }),
  future: (claims) => ({ ...claims, iat: now() + 3600, exp: now() + 7200 }),
  no_subject: ({ sub, ...claims }) => claims,
  number_subject: (claims) => ({ ...claims, sub: 7 }),
  mail: (claims) => ({ ...claims, email: process.env.ASSERTED_MAIL, email_verified: true, preferred_username: process.env.ASSERTED_MAIL }),
  old_sign_in: (claims) => ({ ...claims, auth_time: now() - 3600 }),
  no_sign_in: ({ auth_time, ...claims }) => claims,
  later_sign_in: (claims) => ({ ...claims, auth_time: now() + 3600 }),
};
const signed = (claims, header, by) => new SignJWT(claims).setProtectedHeader(header).sign(by);
const signatures = {
  none: (claims) => new UnsecuredJWT(claims).encode(),
  foreign_key: (claims) => signed(claims, { alg: "RS256", kid: "own" }, foreign.privateKey),
  unknown_key: (claims) => signed(claims, { alg: "RS256", kid: "another" }, foreign.privateKey),
  shared_secret: (claims) => signed(claims, { alg: "HS256" }, new TextEncoder().encode(secret)),
  cut: async (claims) => (await signed(claims, { alg: "RS256", kid: "own" }, own.privateKey)).slice(0, -8),
};
const documents = {
  other_issuer: (told) => ({ ...told, issuer: "https://other.example" }),
  plain_keys: (told) => ({ ...told, jwks_uri: "http://192.0.2.1/jwks" }),
  file_keys: (told) => ({ ...told, jwks_uri: "file:///etc/passwd" }),
  elsewhere: (told) => ({ ...told, token_endpoint: "http://192.0.2.1/token" }),
  script: (told) => ({ ...told, authorization_endpoint: "javascript:alert(1)" }),
  post: (told) => ({ ...told, token_endpoint_auth_methods_supported: ["client_secret_post"] }),
  list: () => [],
};
let mode = "";
const asked = [];

provider.use(async (ctx, next) => {
  const document = ctx.path === "/.well-known/openid-configuration";
  if (document && mode === "broken") return (ctx.status = 500);
  if (document && mode === "moved") return ctx.redirect("/elsewhere");
  if (document && mode === "no_json") return (ctx.body = "<html>");
  if (document && mode === "deep") return (ctx.body = "[".repeat(200_000));
  if (document && mode === "huge") return (ctx.body = "x".repeat(5_000_000));
  if (document && mode === "silent") return new Promise(() => {});
  if (ctx.path === "/token" && mode === "silent_token") return new Promise(() => {});
  await next();
  if (document && documents[mode]) ctx.body = documents[mode](ctx.body);
  const token = ctx.path === "/token" && ctx.body?.id_token;
  if (!token || (!claimsOf[mode] && !signatures[mode])) return;
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const altered = claimsOf[mode] ? claimsOf[mode](claims) : claims;
  const sign = signatures[mode] ?? ((given) => signed(given, { alg: "RS256", kid: "own" }, own.privateKey));
  ctx.body = { ...ctx.body, id_token: await sign(altered) };
});

const answer = provider.callback();
createServer((request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === "/turn") {
    mode = url.searchParams.get("into");
    asked.length = 0;
    return response.end(mode);
  }
  if (url.pathname === "/asked") return response.end(JSON.stringify(asked));
  asked.push(url.pathname);
  if (mode === "drip" && url.pathname.endsWith("openid-configuration")) {
    response.writeHead(200, { "content-type": "application/json" });
    const drops = setInterval(() => response.write(" "), 200);
    return request.socket.on("close", () => clearInterval(drops));
  }
  return answer(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
