/** One thing that a sender does, and how it ended. */
export type Step =
  | {
      /** One packet that opens something new: a SYN, or a datagram from a port of its own. */
      readonly kind: "send";
      readonly protocol: "tcp" | "udp";
      readonly from: string;
      readonly to: string;
      readonly port: number;
      /** Go on as soon as it is sent, without waiting for an answer. @default false */
      readonly isHasty?: boolean;
    }
  | {
      /** Opens a TCP connection that stays open until the sender ends, or speaks over it when it is open. */
      readonly kind: "talk";
      readonly from: string;
      readonly to: string;
      readonly port: number;
    }
  | { readonly kind: "wait"; readonly milliseconds: number };

/** `open`: somebody listens and answered. `closed`: a reset, or port unreachable. `silent`: nothing came back.
 * `unknown`: nobody waited for it. */
export type Answer = "open" | "closed" | "silent" | "unknown";

export interface StepReport {
  readonly answer: Answer;
  /** When it was sent, in seconds of the sender's clock. */
  readonly at: number;
}
