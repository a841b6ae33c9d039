import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  ConfigureRequest,
  CreateRequest,
  type CreateResponse,
  DeleteRequest,
  UpdateRequest,
  type UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { reveal } from "../../standIn/secrets";

const urn = "urn:pulumi:test::contract::command:remote:Command::it";

export type Properties = Record<string, unknown>;

/** A command plugin spoken to as the engine speaks to it, for what needs no engine around it. */
export interface PluginProcess {
  /** Checks the inputs, then creates; resolves with the outputs. */
  readonly create: (inputs: Properties) => Promise<Properties>;
  readonly update: (olds: Properties, inputs: Properties) => Promise<Properties>;
  readonly delete: (outputs: Properties) => Promise<void>;
  /** The inputs with their defaults. */
  readonly check: (inputs: Properties) => Promise<Properties>;
  /** What was said to the engine since the last call, with `status` for what is shown for a moment only. */
  readonly takeLog: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export async function startPlugin(
  program: string,
  environment: Record<string, string> = {},
): Promise<PluginProcess> {
  const engine = await startFakeEngine();
  const { SSH_AUTH_SOCK: _, ...inherited } = process.env;
  const child = spawn(program, [engine.address], {
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [port] = await once(createInterface(child.stdout), "line");
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const check = async (inputs: Properties): Promise<Properties> => {
    const request = new CheckRequest();
    request.setUrn(urn);
    request.setOlds(Struct.fromJavaScript({}));
    request.setNews(toStruct(inputs));
    const response = await ask<CheckResponse>((done) => client.check(request, done));
    const failures = response.getFailuresList();
    if (failures.length === 0) return fromStruct(response.getInputs());
    throw new Error(failures.map((failure) => `${failure.getProperty()}: ${failure.getReason()}`).join("\n"));
  };
  const configure = new ConfigureRequest();
  configure.setAcceptsecrets(true);
  await ask((done) => client.configure(configure, done));
  return {
    check,
    create: async (inputs) => {
      const request = new CreateRequest();
      request.setUrn(urn);
      request.setProperties(toStruct(await check(inputs)));
      return fromStruct((await ask<CreateResponse>((done) => client.create(request, done))).getProperties());
    },
    update: async (olds, inputs) => {
      const request = new UpdateRequest();
      request.setId("it");
      request.setUrn(urn);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(await check(inputs)));
      return fromStruct((await ask<UpdateResponse>((done) => client.update(request, done))).getProperties());
    },
    delete: async (outputs) => {
      const request = new DeleteRequest();
      request.setId("it");
      request.setUrn(urn);
      request.setProperties(toStruct(outputs));
      await ask((done) => client.delete(request, done));
    },
    takeLog: engine.takeLog,
    stop: async () => {
      client.close();
      engine.server.forceShutdown();
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function startFakeEngine(): Promise<{
  server: Server;
  address: string;
  takeLog: () => readonly string[];
}> {
  const log: string[] = [];
  const server = new Server();
  server.addService({ log: EngineService.log } as never, {
    log: (call: { request: LogRequest }, done: (error: null, reply: Empty) => void) => {
      const severity = ["debug", "info", "warning", "error"][call.request.getSeverity()];
      log.push(`${call.request.getEphemeral() ? "status" : severity}: ${call.request.getMessage()}`);
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { server, address: `127.0.0.1:${port}`, takeLog: () => log.splice(0) };
}

function ask<T>(call: (done: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(new Error(error.details))));
  });
}

function toStruct(properties: Properties): Struct {
  // Only what JSON can say goes over the wire: this drops what is undefined.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function fromStruct(struct: Struct | undefined): Properties {
  return reveal(struct?.toJavaScript()) as Properties;
}
