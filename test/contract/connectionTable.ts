import type { KeyForms } from "../support/keyForms";
import { PASSWORD } from "../support/keyForms";
import type { Properties } from "../support/pluginProcess";

/** What a row may use; the right login and host are in every connection already. */
export interface Given {
  readonly keys: KeyForms;
  readonly hostKeys: Readonly<
    Record<"ed25519" | "ecdsa256" | "ecdsa384" | "ecdsa521" | "rsa" | "other", string>
  >;
  readonly agents: Readonly<Record<"right" | "rightIsThird" | "tooManyWrong" | "empty", string>>;
  /** A login that nobody knows. */
  readonly wrongKey: string;
  readonly proxy: Properties;
}

/**
 * One way to connect, and what comes of it: `in`, or what the refusal has in it. What the plugin says was recorded with
 * the vendor's 1.2.1; the contract test sees whether it still does.
 */
export interface Row {
  readonly what: string;
  readonly connection: (given: Given) => Properties;
  readonly plugin: string;
  /** What the component says to the connection, or the probe, as a whole. */
  readonly ours: string;
}

const same = { plugin: "in", ours: "in" };

const key = (what: string, pick: (keys: KeyForms) => string, refused: Partial<Row> = {}): Row => ({
  ...same,
  what: `a private key: ${what}`,
  connection: ({ keys }) => ({ privateKey: pick(keys) }),
  ...refused,
});

const locked = (
  what: string,
  pick: (keys: KeyForms) => string,
  refused: Partial<Row> = {},
  privateKeyPassword: string = PASSWORD,
): Row => ({
  ...key(what, pick, refused),
  connection: ({ keys }) => ({ privateKey: pick(keys), privateKeyPassword }),
});

const NO_KEY = {
  plugin: "ssh: no key found",
  ours: "privateKey: is no private key",
};
const OTHER_BLOCK = {
  plugin: "ssh: unsupported key type",
  ours: "privateKey: begins with a PEM block of another kind",
};
const NEEDLESS = { ours: "privateKeyPassword: is given, but the key is not encrypted" };
const MISSING = {
  plugin: "this private key is passphrase protected",
  ours: "privateKeyPassword: is missing, and the key is encrypted",
};
const WRONG = { ours: "privateKeyPassword: does not open the key, or the key is damaged" };
const CIPHER = {
  plugin: "ssh: unknown cipher",
  ours: "privateKey: is encrypted with a cipher that Pulumi does not know",
};

const keyRows: readonly Row[] = [
  key("OpenSSH, ed25519", (keys) => keys.openSsh.ed25519),
  key("OpenSSH, ECDSA 256", (keys) => keys.openSsh.ecdsa256),
  key("OpenSSH, ECDSA 384", (keys) => keys.openSsh.ecdsa384),
  key("OpenSSH, ECDSA 521", (keys) => keys.openSsh.ecdsa521),
  key("OpenSSH, RSA", (keys) => keys.openSsh.rsa),
  key("PKCS#8, ed25519", (keys) => keys.pkcs8.ed25519),
  key("PKCS#8, ECDSA 256", (keys) => keys.pkcs8.ecdsa256),
  key("PKCS#8, ECDSA 384", (keys) => keys.pkcs8.ecdsa384),
  key("PKCS#8, ECDSA 521", (keys) => keys.pkcs8.ecdsa521),
  key("PKCS#8, RSA", (keys) => keys.pkcs8.rsa),
  key("PKCS#1", (keys) => keys.traditional.rsa),
  key("SEC1, 256", (keys) => keys.traditional.ecdsa256),
  key("SEC1, 384", (keys) => keys.traditional.ecdsa384),
  key("SEC1, 521", (keys) => keys.traditional.ecdsa521),
  key("PKCS#1 with text behind it", (keys) => `${keys.traditional.rsa}\nfrom the vault, 2024\n`),
  key("PKCS#1 with text before it", (keys) => keys.withText),
  key("OpenSSH with text before and behind it", (keys) => `# mine\n${keys.openSsh.ed25519}\n# end\n`),
  key("PKCS#8 with text before and behind it", (keys) => `Bag Attributes\n${keys.pkcs8.ecdsa256}# end`),
  key("two in one text: the first counts", (keys) => `${keys.openSsh.ed25519}${keys.openSsh.rsa}`),
  key("without the last newline", (keys) => keys.openSsh.ed25519.trimEnd()),
  key("CRLF, OpenSSH", (keys) => crlf(keys.openSsh.ed25519)),
  key("CRLF, PKCS#1", (keys) => crlf(keys.traditional.rsa)),
  key("CRLF, PKCS#8", (keys) => crlf(keys.pkcs8.ed25519)),
  key("blanks at the ends of its lines", (keys) => keys.openSsh.ed25519.replaceAll("\n", " \n")),
  key("indented", (keys) => keys.openSsh.ed25519.replace(/^/gm, "  "), NO_KEY),
  key("behind a byte order mark", (keys) => `\uFEFF${keys.openSsh.ed25519}`, NO_KEY),
  key("in one line", (keys) => keys.openSsh.ed25519.replaceAll("\n", " "), NO_KEY),
  key("cut off", (keys) => keys.openSsh.ed25519.slice(0, 200), NO_KEY),
  key("empty", () => "", NO_KEY),
  key("a public key", (keys) => keys.publicKeys[0] ?? "", NO_KEY),
  key("the file's name", () => "~/.ssh/id_ed25519", NO_KEY),
  key("SEC1 behind its parameters", (keys) => keys.withParameters, OTHER_BLOCK),
  key("encrypted PKCS#8", (keys) => keys.pkcs8Encrypted, {
    plugin: "ssh: unsupported key type",
    ours: "privateKey: is encrypted in PKCS#8 form, which Pulumi cannot read",
  }),
  locked("encrypted PKCS#8 and its password", (keys) => keys.pkcs8Encrypted, {
    plugin: "ssh: not an encrypted key",
    ours: "privateKey: is encrypted in PKCS#8 form, which Pulumi cannot read",
  }),
  locked("OpenSSH, aes256-ctr", (keys) => keys.openSshEncrypted["aes256-ctr"]),
  locked("OpenSSH, aes256-cbc", (keys) => keys.openSshEncrypted["aes256-cbc"]),
  locked("OpenSSH, aes128-ctr", (keys) => keys.openSshEncrypted["aes128-ctr"], CIPHER),
  locked("OpenSSH, aes256-gcm", (keys) => keys.openSshEncrypted["aes256-gcm@openssh.com"], CIPHER),
  locked("PKCS#1, aes128", (keys) => keys.rsaEncrypted.aes128),
  locked("PKCS#1, aes256", (keys) => keys.rsaEncrypted.aes256),
  locked("PKCS#1, 3des", (keys) => keys.rsaEncrypted.des3),
  locked("PKCS#1, aes256, CRLF", (keys) => crlf(keys.rsaEncrypted.aes256)),
  locked("SEC1, aes256", (keys) => keys.ecdsaEncrypted),
  key("OpenSSH without its password", (keys) => keys.openSshEncrypted["aes256-ctr"], MISSING),
  key("PKCS#1 without its password", (keys) => keys.rsaEncrypted.aes256, MISSING),
  locked(
    "OpenSSH, wrong password",
    (keys) => keys.openSshEncrypted["aes256-ctr"],
    { plugin: "x509: decryption password incorrect", ...WRONG },
    "no",
  ),
  locked(
    "PKCS#1, wrong password",
    (keys) => keys.rsaEncrypted.aes256,
    { plugin: "x509: decryption password incorrect", ...WRONG },
    "no",
  ),
  locked("OpenSSH, needless password", (keys) => keys.openSsh.ed25519, {
    plugin: "ssh: key is not password protected",
    ...NEEDLESS,
  }),
  locked(
    "OpenSSH, empty password",
    (keys) => keys.openSsh.ed25519,
    { plugin: "ssh: key is not password protected", ...NEEDLESS },
    "",
  ),
  locked("PKCS#1, needless password", (keys) => keys.traditional.rsa, {
    plugin: "ssh: not an encrypted key",
    ...NEEDLESS,
  }),
  locked("PKCS#8, needless password", (keys) => keys.pkcs8.ed25519, {
    plugin: "ssh: not an encrypted key",
    ...NEEDLESS,
  }),
  {
    what: "a private key: one that the server does not know",
    connection: ({ wrongKey }) => ({ privateKey: wrongKey }),
    plugin: "ssh: unable to authenticate",
    ours: "it accepted none of the ways to log in",
  },
];

const hostKey = (
  what: string,
  make: (given: Given["hostKeys"]) => string,
  refused: Partial<Row> = {},
): Row => ({
  ...same,
  what: `a host key: ${what}`,
  connection: ({ hostKeys }) => ({ hostKey: make(hostKeys) }),
  ...refused,
});

const NO_HOST_KEY = { plugin: "failed to parse host key", ours: "hostKey: is no public key of a host" };
/** `TYPE BASE64` without the comment. */
const bare = (line: string): string => line.split(" ").slice(0, 2).join(" ");
const base64 = (line: string): string => line.split(" ")[1] ?? "";

const hostKeyRows: readonly Row[] = [
  hostKey("ed25519", (keys) => keys.ed25519),
  hostKey("ECDSA 256", (keys) => keys.ecdsa256),
  hostKey("ECDSA 384", (keys) => keys.ecdsa384),
  hostKey("ECDSA 521", (keys) => keys.ecdsa521),
  hostKey("RSA, whose old signature no server gives", (keys) => keys.rsa, {
    plugin: "ssh: no common algorithm for host key",
    ours: "it shows no host key of the type that hostKey has",
  }),
  hostKey("without a comment", (keys) => bare(keys.ed25519)),
  hostKey("a line of ssh-keyscan", (keys) => `203.0.113.7 ${bare(keys.ed25519)}\n`),
  hostKey("a line of ssh-keyscan -p", (keys) => `[203.0.113.7]:2222 ${bare(keys.ed25519)}`),
  hostKey(
    "a line of known_hosts with two names",
    (keys) => `web-1,203.0.113.7 ${bare(keys.ecdsa256)} by hand`,
  ),
  hostKey(
    "a line of known_hosts with a hashed name",
    (keys) => `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ${bare(keys.ed25519)}`,
  ),
  hostKey(
    "all of ssh-keyscan, comments too",
    (keys) =>
      `# web-1:22 SSH-2.0-OpenSSH_9.2p1\n\nweb-1 ${bare(keys.ed25519)}\n# web-1:22\nweb-1 ${bare(keys.ecdsa256)}\n`,
  ),
  hostKey(
    "the first of several counts",
    (keys) => `web-1 ${bare(keys.other)}\nweb-1 ${bare(keys.ed25519)}\n`,
    {
      plugin: "ssh: host key mismatch",
      ours: "it shows another host key than hostKey",
    },
  ),
  hostKey("CRLF", (keys) => `web-1 ${bare(keys.ed25519)}\r\n`),
  hostKey("blanks around it", (keys) => `  \t${bare(keys.ed25519)}  \n\n`),
  hostKey("two blanks within", (keys) => bare(keys.ed25519).replace(" ", "  ")),
  hostKey("another word for its type", (keys) => `ed25519 ${base64(keys.ed25519)}`),
  hostKey("quoted options before it", (keys) => `command="say \\"hi\\" to all",no-pty ${bare(keys.ed25519)}`),
  hostKey("behind a line that is none", (keys) => `this is it\n${bare(keys.ed25519)}`),
  hostKey("another server's", (keys) => keys.other, {
    plugin: "ssh: host key mismatch",
    ours: "it shows another host key than hostKey",
  }),
  hostKey("marked as an authority", (keys) => `@cert-authority web-1 ${bare(keys.ed25519)}`, NO_HOST_KEY),
  hostKey("marked as revoked", (keys) => `@revoked web-1 ${bare(keys.ed25519)}`, NO_HOST_KEY),
  hostKey("without its type", (keys) => base64(keys.ed25519), NO_HOST_KEY),
  hostKey("cut off", (keys) => bare(keys.ed25519).slice(0, -9), NO_HOST_KEY),
  hostKey("with a letter too many", (keys) => `${bare(keys.ed25519)}A`, NO_HOST_KEY),
  hostKey("a fingerprint", () => "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDcXZK1vyZgr0b9nC8", NO_HOST_KEY),
  hostKey("empty", () => "", NO_HOST_KEY),
  hostKey("commented out", (keys) => `# ${bare(keys.ed25519)}`, NO_HOST_KEY),
];

const host = (name: string, refused: Partial<Row> = {}): Row => ({
  ...same,
  what: `a host: ${name}`,
  connection: () => ({ host: name }),
  ...refused,
});

const IN_BRACKETS = {
  plugin: "missing port in address",
  ours: "host: is an address in brackets, which Pulumi cannot dial",
};

const hostRows: readonly Row[] = [
  host("localhost"),
  host("::1"),
  host("::1%lo"),
  host("0:0:0:0:0:0:0:1"),
  host("::ffff:127.0.0.1"),
  host("[::1]", IN_BRACKETS),
  host("[::1%lo]", IN_BRACKETS),
];

const agent = (what: string, connection: Row["connection"], refused: Partial<Row> = {}): Row => ({
  ...same,
  what: `an agent: ${what}`,
  connection,
  ...refused,
});

const REFUSED_LOGIN = {
  plugin: "ssh: unable to authenticate",
  ours: "it accepted none of the ways to log in",
};
const AGENT_GONE = {
  plugin: "dial unix /nowhere/agent: ",
  ours: "it cannot be dialled: no SSH agent listens at the socket that agentSocketPath names",
};

const agentRows: readonly Row[] = [
  agent("alone", ({ agents }) => ({ privateKey: undefined, agentSocketPath: agents.right })),
  agent("the right key is its third", ({ agents }) => ({
    privateKey: undefined,
    agentSocketPath: agents.rightIsThird,
  })),
  agent(
    "more wrong keys than the server asks for",
    ({ agents }) => ({ privateKey: undefined, agentSocketPath: agents.tooManyWrong }),
    {
      plugin: "Too many authentication failures",
      ours: "it accepted none of the ways to log in",
    },
  ),
  agent("beside the right private key", ({ agents }) => ({ agentSocketPath: agents.tooManyWrong })),
  agent(
    "beside a wrong private key, it gets no turn",
    ({ agents, wrongKey }) => ({ privateKey: wrongKey, agentSocketPath: agents.right }),
    REFUSED_LOGIN,
  ),
  agent("empty", ({ agents }) => ({ privateKey: undefined, agentSocketPath: agents.empty }), REFUSED_LOGIN),
  agent("empty, beside the right private key", ({ agents }) => ({ agentSocketPath: agents.empty })),
  agent("gone, alone", () => ({ privateKey: undefined, agentSocketPath: "/nowhere/agent" }), AGENT_GONE),
  agent("gone, beside the right private key", () => ({ agentSocketPath: "/nowhere/agent" }), AGENT_GONE),
  agent("none, and nothing else", () => ({ privateKey: undefined }), REFUSED_LOGIN),
];

/** The same on the way there: the proxy is a hop like the host. */
const throughProxy = (row: Row): Row => ({
  ...row,
  what: `through a proxy, ${row.what}`,
  connection: (given) => ({ ...row.connection(given), proxy: given.proxy }),
  plugin: row.plugin,
});

const ofProxy = (row: Row): Row => ({
  ...row,
  what: `of a proxy, ${row.what}`,
  connection: (given) => ({ proxy: { ...given.proxy, ...row.connection(given) } }),
  ours: /^(privateKey|privateKeyPassword|hostKey|host): /.test(row.ours) ? `proxy.${row.ours}` : row.ours,
});

/** Some of each kind, for a hop is a hop. */
const sample = [
  ...keyRows.filter((_, index) => index % 9 === 0),
  ...hostKeyRows.filter((_, index) => index % 7 === 0),
  // A zone means something on its own machine only: some servers resolve it and some do not.
  ...hostRows.filter(({ what }) => !what.endsWith("%lo")),
  ...agentRows,
];

export const connectionTable: readonly Row[] = [
  ...keyRows,
  ...hostKeyRows,
  ...hostRows,
  ...agentRows,
  ...sample.map(throughProxy),
  ...sample.map(ofProxy),
];

function crlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}
