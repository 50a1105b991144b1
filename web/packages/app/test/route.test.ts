import { expect, test } from "vitest";
import { routeOf } from "../src/route.ts";

test.each([
  ["/", { page: "home" }],
  ["/sign-in/abc", { page: "sign-in", token: "abc" }],
  ["/join/abc", { page: "join", token: "abc" }],
  ["/patient/doctors", { page: "doctors" }],
  ["/patient/appointments/", { page: "appointments" }],
  ["/doctor/dashboard", { page: "dashboard" }],
  ["/network", { page: "network" }],
  ["/patient/video-call/c1", { page: "call", side: "patient", callId: "c1" }],
  ["/doctor/video-call/c1", { page: "call", side: "doctor", callId: "c1" }],
  ["/join", { page: "missing" }],
  ["/join/abc/def", { page: "missing" }],
  ["/patient/doctors/x/y", { page: "missing" }],
])("%s is a page", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
