import { type NetworkReport, testNetwork, type Way } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import { api, Page } from "../page.ts";
import { say } from "../words.ts";

const WAYS: readonly Way[] = ["udp", "tcp", "tls"];

/** What calls can use in the network that this page is opened in, and what whoever keeps it would have to open. */
export class NetworkPage extends Page<NetworkReport> {
  protected readonly heading = "network.title";

  protected async fetch(signal: AbortSignal): Promise<NetworkReport> {
    return testNetwork(await api.trialServers(signal), { signal });
  }

  protected view({ verdict, ways }: NetworkReport): TemplateResult {
    return html`<div class="card">
        <p class="large" role="status">${say(`network.${verdict}`)}</p>
        <ul class="plain">
          ${WAYS.map((way) => html`<li><strong>${say(`network.${way}`)}</strong>: ${say(`network.${ways[way]}`)}</li>`)}
        </ul>
        ${WAYS.filter((way) => ways[way] === "fails").map((way) => html`<p>${say(`network.${way}.open`)}</p>`)}
        <button class="quiet" @click=${this.#again}>${say("network.again")}</button>
      </div>
      <p class="soft">${say("network.from-here")}</p>`;
  }

  #again(): void {
    this.show({ state: "loading" });
    void this.load();
  }
}
customElements.define("network-page", NetworkPage);
