import { styleText } from "node:util";

export type Style = "bold" | "dim" | "green" | "red";

/** Where the account is written: plain text into a pipe, with colours and a running clock on a terminal. */
export interface Terminal {
  readonly width: number;
  paint(style: Style, text: string): string;
  line(text: string): void;
  /** Shows a line while work goes on, on a terminal with the seconds it takes so far. */
  lineDuring<T>(text: string, work: Promise<T>): Promise<T>;
}

const widest = 100;
const narrowest = 60;

export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  const hasColours = stream.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  const width = Math.max(narrowest, Math.min(widest, stream.columns ?? widest));
  const paint = (style: Style, text: string): string => (hasColours ? styleText(style, text) : text);

  // A reader that has seen enough (`| head`): nobody is left to tell the rest.
  stream.on("error", () => process.exit(1));

  return {
    width,
    paint,
    line: (text) => {
      stream.write(`${stream.isTTY ? eraseToEnd : ""}${text}\n`);
    },
    lineDuring: async (text, work) => {
      stream.write(text);
      const stopClock = stream.isTTY ? startClock(stream, paint) : () => {};
      try {
        return await work;
      } finally {
        stopClock();
        stream.write("\n");
      }
    },
  };
}

const saveCursor = "\u001b7";
const restoreCursor = "\u001b8";
const eraseToEnd = "\u001b[K";

/** The clock stands right of the cursor, which stays where it is. */
function startClock(stream: NodeJS.WriteStream, paint: Terminal["paint"]): () => void {
  const started = performance.now();
  const show = (clock: string): void => {
    stream.write(`${saveCursor}${eraseToEnd}${clock}${restoreCursor}`);
  };
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    show(paint("dim", `  ${seconds} s`));
  }, 1000);
  return () => {
    clearInterval(timer);
    show("");
  };
}
