export { type ClientOptions, createLab, type HostOptions, type Lab, type SshOptions } from "./lab";
export type { LabHost } from "./labHost";
export { labProblem } from "./labProblem";
export type { RunOptions, RunResult } from "./runCommand";
export type { HostRunOptions } from "./runOnHost";
export type { RunningProcess, SpawnOptions } from "./startProcess";
export type { LabClient, Operator, Station } from "./station";
export { sweepLabs } from "./sweepLabs";
