-- Whoever connects asks for the calls that run for them: that must not take longer with each call they ever had.
CREATE INDEX calls_live_of_caller ON calls (caller) WHERE state <> 'ended';
CREATE INDEX calls_live_of_callee ON calls (callee) WHERE state <> 'ended';
