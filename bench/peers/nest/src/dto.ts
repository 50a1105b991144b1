import { IsDefined, IsObject, IsOptional, IsString, MaxLength } from "class-validator";

/** Whom to ring. */
export class RingDto {
  @IsString()
  @MaxLength(200)
  doctorId: string;
}

export class CallDto {
  @IsString()
  @MaxLength(64)
  callId: string;
}

export class RoomDto {
  @IsString()
  @MaxLength(64)
  roomId: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  userId?: string;
}

export class SignalDto extends RoomDto {
  @IsDefined()
  @IsObject()
  signal: Record<string, unknown>;
}
