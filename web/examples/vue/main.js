import { createApp } from "vue/dist/vue.esm-bundler.js";

// What your server puts into the page: the address of Bedside, a token for this user, and whom they may call.
const { server, ...data } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
await import(/* @vite-ignore */ `${server}/elements.js`);

const app = createApp({ data: () => ({ ...data, answered: undefined }) });
app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith("bedside-");
app.mount("#app");
