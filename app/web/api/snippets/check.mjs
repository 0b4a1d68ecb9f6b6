import { createRemoteJWKSet, jwtVerify } from "jose";

const keys = createRemoteJWKSet(new URL("{{.Base}}/.well-known/jwks.json"));

export async function mayDraw(grant, employee) {
  const { payload } = await jwtVerify(grant, keys, {
    algorithms: ["EdDSA"],
    typ: "gate-grant+jwt",
    issuer: "{{.Base}}",
    audience: "crm",
    subject: employee,
    requiredClaims: ["exp", "jti"],
  });
  return payload.actions.includes("draw");
}
