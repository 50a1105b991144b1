import type { CallType } from "@bedside/client";
import { Cell } from "@bedside/client/clinic";

/** Whom to ring, and how. */
export interface Callee {
  readonly id: string;
  readonly name: string;
  readonly picture?: string | null;
  readonly callType: CallType;
  readonly appointmentId?: string;
  /** Whether a time can be booked with them instead. */
  readonly canBook?: boolean;
}

/** Who is being rung; the frame shows it over every page. */
export const callee = new Cell<Callee | undefined>(undefined);
