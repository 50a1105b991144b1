import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

// What your server puts into the page: the address of Bedside, a token for this user, and whom they may call.
const { server, token, callee, name } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
await import(/* @vite-ignore */ `${server}/elements.js`);

function Page() {
  const page = useRef(null);
  const [answered, setAnswered] = useState();
  useEffect(() => {
    const show = (event) => setAnswered(event.detail.callId);
    page.current.addEventListener("call-answered", show);
    return () => page.current?.removeEventListener("call-answered", show);
  }, []);
  return (
    <main ref={page}>
      <h1>Laboratory results</h1>
      <p>Everything is within the usual range. Questions? Call your practitioner.</p>
      <bedside-call-button user={callee} name={name} token={token} />
      <bedside-incoming-call token={token} />
      {answered && <p>You have been in a call on this page.</p>}
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Page />);
