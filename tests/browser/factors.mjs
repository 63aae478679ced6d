// An administrator's first hour: an authenticator app, recovery codes, a passkey, and in again with each.
import { createHmac } from "node:crypto";
import { is } from "./world.mjs";

/** The six digits that an app with this key shows now (RFC 6238). */
function code(key) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((it) => letters.indexOf(it).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((it) => Number.parseInt(it, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", secret).update(step).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A security key that belongs to the browser: it is touched and knows its person. */
async function authenticator({ context, page }) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const added = async () => (await session.send("WebAuthn.addVirtualAuthenticator", { options })).authenticatorId;
  let authenticatorId = await added();
  const held = async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  const another = async () => {
    await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    authenticatorId = await added();
  };
  return {
    /** Puts an empty one in its place, and gives what the first one held. */
    away: async () => {
      const credentials = await held();
      await another();
      return credentials;
    },
    back: async (credentials) => {
      await another();
      for (const credential of credentials) await session.send("WebAuthn.addCredential", { authenticatorId, credential });
    },
    counter: async () => (await held())[0].signCount,
  };
}

async function password(visitor, person) {
  await visitor.go("/sign-in");
  await visitor.fills("E-mail address", person.email);
  await visitor.fills("Password", person.password);
  await visitor.press("Sign in");
}

async function signOut({ page }) {
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Sign out", exact: true }).click()]);
}

export async function factors(visitor, [person]) {
  const { page } = visitor;
  await password(visitor, person);
  await visitor.expects("What do you want to use?");
  await visitor.look("factor-choose");
  await visitor.expectsFaults(await visitor.press("Go on"), "Choose what you want to use");
  await visitor.takes("An authenticator app on my telephone");
  await visitor.press("Go on");
  const key = await page.locator(".e4s-key").innerText();
  await visitor.look("factor-app");
  await visitor.fills("Code", "12");
  await visitor.expectsFaults(await visitor.press("Connect the app"), "This is not the code");
  await visitor.fills("Code", code(key));
  await visitor.press("Connect the app");
  await visitor.look("factor-codes");
  const codes = await page.locator(".e4s-key").allInnerTexts();
  is(codes.length, 10, "ten recovery codes");
  await visitor.press("I have kept them, go on");

  await passkey(visitor, person);
  await recovery(visitor, person, codes);
  await visitor.go("/account");
  await visitor.expects("9 of 10 left", "Chrome on Linux", "this one", "Laptop");
  await visitor.look("account");
  await visitor.follow("Change Laptop");
  await visitor.look("factor");
  await visitor.follow("Remove it");
  await visitor.look("factor-remove");
  await visitor.press("Remove it");
  await visitor.go("/admin/recoveries");
  await visitor.look("recoveries");
}

/** A passkey is added, and lets its person in; an authenticator that does not hold it does not. */
async function passkey(visitor, person) {
  const { page } = visitor;
  const key = await authenticator(visitor);
  await visitor.go("/account/factors/new");
  await visitor.takes("A passkey");
  await visitor.press("Go on");
  await visitor.look("factor-passkey");
  await visitor.fills("What do you call it?", "Laptop");
  await visitor.press("Add the passkey");
  await visitor.expects("Your account", "Laptop");
  await signOut(visitor);
  await password(visitor, person);
  await visitor.look("second");
  const credentials = await key.away();
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await page.getByText("Nothing came from your passkey").waitFor();
  await key.back(credentials);
  const before = await key.counter();
  await visitor.press("Use your passkey");
  await visitor.go("/account");
  await visitor.expects("Your account", "Laptop");
  is((await key.counter()) > before, true, "the passkey counts its answers");
}

/** A recovery code lets in, once. */
async function recovery(visitor, person, codes) {
  for (const [index, wanted] of [[0, "You have 9 left"], [0, "used before"]]) {
    await signOut(visitor);
    await password(visitor, person);
    await visitor.follow("Use a recovery code");
    await visitor.look("recovery-code");
    await visitor.fills("Recovery code", codes[index].toUpperCase());
    await visitor.press("Go on");
    await visitor.expects(wanted);
  }
  await visitor.follow("I have lost my recovery codes too");
  await visitor.look("lost");
  await visitor.go("/sign-in/second");
  await visitor.press("Use your passkey");
}
