import * as pulumi from "@pulumi/pulumi";
import type { Commands } from "../support/commandStack";
import type { Sshd } from "../support/sshd";

/** A stack's life. Every round but `change` and `shrink` declares the same commands as the round before it. */
export const rounds = [
  "preview",
  "create",
  "same",
  "change",
  "retry",
  "refresh",
  "shrink",
  "destroy",
] as const;
export type Round = (typeof rounds)[number];

/** What the program declares in a round. Commands write `name what` down in the journal, so that a test sees what ran. */
export function commandsIn(round: Round, sshd: Sshd, journal: string): Commands {
  const isFirst = round === "preview" || round === "create" || round === "same";
  const word = isFirst ? "one" : "two";
  const { port, user, privateKey } = sshd;
  const connection = { host: "127.0.0.1", port, user, privateKey, dialErrorLimit: 1 };
  const note = (line: string) => `echo "${line}" >> ${journal}`;
  // One that ends before it has read its standard input may fail for it: whichever comes first in sshd.
  const noteAfterReading = (line: string) => `cat > /dev/null; ${note(line)}`;
  return {
    whole: {
      connection,
      create: note(`whole create ${word}`),
      update: note(`whole update ${word}`),
      delete: note(`whole delete ${word}`),
    },
    createOnly: { connection, create: note(`createOnly create ${word}`) },
    triggered: {
      connection,
      create: note(`triggered create ${word}`),
      update: note("triggered update"),
      delete: note(`triggered delete ${word}`),
      triggers: [word],
    },
    moved: {
      connection: { ...connection, host: isFirst ? "127.0.0.1" : "localhost" },
      create: note("moved create"),
      update: note("moved update"),
      delete: note("moved delete"),
    },
    sealedLater: {
      connection,
      create: noteAfterReading("sealedLater create"),
      stdin: isFirst ? "hush" : pulumi.secret("hush"),
    },
    sealed: { connection, create: "cat > /dev/null; echo said aloud", stdin: pulumi.secret("hush hush") },
    ...(round !== "shrink" && {
      leaving: {
        connection,
        create: noteAfterReading(`leaving create ${word}`),
        delete: note("leaving delete $(cat)"),
        stdin: word,
      },
      updateFails: {
        connection,
        create: noteAfterReading(`updateFails create ${word}`),
        update: `${noteAfterReading(`updateFails update ${word}`)}; exit 1`,
        delete: note("updateFails delete $(cat)"),
        stdin: word,
      },
    }),
    ...((round === "change" || round === "retry") && {
      createFails: {
        connection,
        create: `${note("createFails create")}; echo out of createFails; exit 3`,
        logging: "none",
      },
    }),
  };
}
