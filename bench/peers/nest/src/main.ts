import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { VideoCallGateway } from "./gateway";

@Module({ providers: [VideoCallGateway] })
class PeerModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(PeerModule, { logger: false });
  await app.listen(0, "127.0.0.1");
  console.log(`listens on 127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`);
}

void main();
