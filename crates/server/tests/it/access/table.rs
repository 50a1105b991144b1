//! Who gets what answer, as the contract has it: a line for each thing that is asked for, a column for each asker.
//!
//! `live` and `over` belong to ada and jane, `theirs` to otto and omar, and there is no `none`. What stands beside
//! a status is in [`super::CODES`]. `(/api)` stands for both prefixes.

pub const TABLE: &str = "
                                             anon   ada    otto   jane   omar   sam    root   link
GET /healthz
  -                                          200    200    200    200    200    200    200    200
GET /readyz
  -                                          200    200    200    200    200    200    200    200
GET /api
  -                                          200    200    200    200    200    200    200    200
GET /api/manual.css
  -                                          200    200    200    200    200    200    200    200
GET /api/openapi.json
  -                                          200    200    200    200    200    200    200    200
GET /api/current-user
  -                                          401    200    200    200    200    200    200    200
GET /api/ice-servers
  -                                          401    200    200    200    200    200    200    200

GET /api/practitioners
  -                                          401    200    200    200    200    200    200    403
GET /api/users
  id=ada                                     401    200    404    200    404    200    200    404
  id=otto                                    401    404    200    404    200    200    200    404
  id=gone                                    401    404    404    404    404    200    200    404
  id=vera                                    401    404    404    404    404    200    200    404
  id=nobody                                  401    404    404    404    404    404    404    404
  email=ada@example.org                      401    200    404    200    404    200    200    404
  email=otto@example.org                     401    404    200    404    200    200    200    404
  email=vera@example.org                     401    404    404    404    404    200    200    404
  email=nobody@example.org                   401    404    404    404    404    404    404    404
PUT /api/people/{id}
  ada                                        401    403    403    403    403    200    200    403
  otto                                       401    403    403    403    403    200    200    403
  gone                                       401    403    403    403    403    200    200    403
  sue                                        401    403    403    403    403    403    200    403
  rita                                       401    403    403    403    403    403    200    403
  none                                       401    403    403    403    403    201    201    403
GET /api/practitioners/{id}/hours
  vera                                       401    200    200    200    200    200    200    404
  gone-practitioner                          401    404    404    404    404    404    404    404
  none                                       401    404    404    404    404    404    404    404
PUT /api/practitioners/{id}/hours
  vera                                       401    403    403    403    403    204    204    404
  jane                                       401    403    403    204    403    204    204    404
  none                                       401    404    404    404    404    404    404    404
GET /api/practitioners/{id}/free-times
  vera                                       401    200    200    200    200    200    200    404
  none                                       401    404    404    404    404    404    404    404
GET /api/practice
  -                                          200    200    200    200    200    200    200    200
GET /api/practice/settings
  -                                          401    403    403    200    200    200    200    403
PUT /api/practice/settings
  -                                          401    403    403    403    403    403    204    403
GET /api/people
  -                                          401    403    403    403    403    200    200    403
POST /api/people
  patient                                    401    403    403    403    403    201    201    403
  practitioner                               401    403    403    403    403    201    201    403
  staff                                      401    403    403    403    403    403    201    403
  admin                                      401    403    403    403    403    403    201    403
POST /api/people/{id}/disable
  patient                                    401    403    403    403    403    204    204    403
  staff                                      401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    404    404    403
POST /api/people/{id}/enable
  patient                                    401    403    403    403    403    204    204    403
  staff                                      401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    404    404    403
POST /api/people/{id}/sign-in-link
  patient                                    401    403    403    403    403    403    201    403
  admin                                      401    403    403    403    403    403    201    403
  ada                                        401    403    403    403    403    403    400    403
  none                                       401    403    403    403    403    403    404    403
GET /api/people/{id}/sessions
  patient                                    401    403    403    403    403    200    200    403
  staff                                      401    403    403    403    403    403    200    403
  none                                       401    403    403    403    403    404    404    403
POST /api/people/{id}/end-sessions
  patient                                    401    403    403    403    403    204    204    403
  staff                                      401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    404    404    403
GET /api/audit
  -                                          401    403    403    403    403    403    200    403

GET /api/appointments
  -                                          401    200    200    200    200    200    200    403
POST /api/appointments
  jane ada                                   401    201    403    201    403    201    201    403
  omar otto                                  401    403    201    403    201    201    201    403
  gone-practitioner ada                      401    404    404    404    404    404    404    403
  otto ada                                   401    404    404    404    404    404    404    403
  nobody ada                                 401    404    404    404    404    404    404    403
GET /api/appointments/{id}
  live                                       401    200    404    200    404    200    200    200
  theirs                                     401    404    200    404    200    200    200    404
  over                                       401    200    404    200    404    200    200    200
  none                                       401    404    404    404    404    404    404    404
GET /api/appointments/{id}/calendar
  live                                       401    200    404    200    404    403    403    200
  theirs                                     401    404    200    404    200    403    403    404
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/accept
  asked                                      401    403    404    200    404    200    200    404
  theirs                                     401    404    403    404    200    200    200    404
  over                                       401    403    404    409n   404    409n   409n   403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/decline
  asked                                      401    403    404    200    404    200    200    404
  live                                       401    403    404    409n   404    409n   409n   403
  theirs                                     401    404    403    404    409n   409n   409n   404
  over                                       401    403    404    409n   404    409n   409n   403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/cancel
  asked                                      401    200    404    200    404    200    200    404
  live                                       401    200    404    200    404    200    200    403
  theirs                                     401    404    200    404    200    200    200    404
  over                                       401    200    404    200    404    200    200    403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/reschedule
  live                                       401    200    404    200    404    200    200    403
  theirs                                     401    404    200    404    200    200    200    404
  over                                       401    409n   404    409n   404    409n   409n   403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/complete
  asked                                      401    403    404    409n   404    409n   409n   404
  live                                       401    403    404    200    404    200    200    403
  theirs                                     401    404    403    404    200    200    200    404
  over                                       401    403    404    409n   404    409n   409n   403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/no-show
  live                                       401    403    404    200    404    200    200    403
  theirs                                     401    404    403    404    200    200    200    404
  over                                       401    403    404    409n   404    409n   409n   403
  none                                       401    404    404    404    404    404    404    404
POST /api/appointments/{id}/start-call
  asked                                      401    403    404    409n   404    403    403    404
  live                                       401    403    404    200    404    403    403    403
  theirs                                     401    404    403    404    200    403    403    404
  over                                       401    403    404    410    404    403    403    403
  none                                       401    404    404    404    404    404    404    404

GET (/api)/video-call/room/appointment/{appointmentId}
  live                                       401    200    404    200    404    404    404    200
  theirs                                     401    404    200    404    200    404    404    404
  over                                       401    200    404    200    404    404    404    200
  none                                       401    404    404    404    404    404    404    404
POST (/api)/video-call/room/appointment/{appointmentId}/create
  live                                       401    200    404    200    404    404    404    200
  theirs                                     401    404    200    404    200    404    404    404
  over                                       401    200    404    200    404    404    404    200
  none                                       401    404    404    404    404    404    404    404

GET (/api)/video-call/my-sessions
  -                                          401    200    200    200    200    200    200    403
GET (/api)/video-call/active-sessions
  -                                          401    200    200    200    200    200    200    403
GET (/api)/video-call/session/{callId}
  ringing                                    401    200    404    200    404    404    200    200
  live                                       401    200    404    200    404    404    200    200
  theirs                                     401    404    200    404    200    404    200    404
  over                                       401    200    404    200    404    404    404    200
  none                                       401    404    404    404    404    404    404    404
POST (/api)/video-call/end-session/{callId}
  ringing                                    401    200    404    200    404    404    403    200
  live                                       401    200    404    200    404    404    403    200
  theirs                                     401    404    200    404    200    404    403    404
  over                                       401    200    404    200    404    404    404    200
  none                                       401    404    404    404    404    404    404    404
GET /api/calls
  -                                          401    200    200    200    200    200    200    403
GET /api/calls/export
  -                                          401    200    200    200    200    200    200    403
GET /api/calls/missed
  -                                          401    200    200    200    200    200    200    403
POST /api/calls
  vera                                       401    201    201    201    201    201    201    403
  ada                                        401    400    404    201    404    201    201    403
  otto                                       401    404    400    404    201    201    201    403
  gone                                       401    404    404    404    404    404    404    403
  nobody                                     401    404    404    404    404    404    404    403
  sue                                        401    404    404    404    404    409o   409o   403
POST /api/calls/{callId}/seen
  live                                       401    409n   404    409n   404    404    409n   403
  theirs                                     401    404    409n   404    409n   404    409n   404
  over                                       401    409n   404    204    404    404    404    403
  none                                       401    404    404    404    404    404    404    404
POST /api/calls/{callId}/call-back
  live                                       401    409n   404    409n   404    404    403    403
  theirs                                     401    404    409n   404    409n   404    403    404
  over                                       401    201    404    201    404    404    404    403
  none                                       401    404    404    404    404    404    404    404
POST /api/calls/{callId}/rings
  ringing                                    401    403    404    204    404    404    404    403
  live                                       401    403    404    409n   404    404    404    403
  none                                       401    404    404    404    404    404    404    404
POST /api/calls/{callId}/feedback
  live                                       401    409n   404    409n   404    404    403    409n
  theirs                                     401    404    409n   404    409n   404    403    404
  over                                       401    204    404    204    404    404    404    204
  none                                       401    404    404    404    404    404    404    404

GET /api/notifications
  -                                          401    200    200    200    200    200    200    403
GET /api/notifications/unread-count
  -                                          401    200    200    200    200    200    200    403
POST /api/notifications/read-all
  -                                          401    204    204    204    204    204    204    403
POST /api/notifications/{id}/read
  ada                                        401    204    404    404    404    404    404    404
  jane                                       401    404    404    204    404    404    404    404
  otto                                       401    404    204    404    404    404    404    404
  none                                       401    404    404    404    404    404    404    404

GET /api/sign-in/{token}
  live                                       200    200    200    200    200    200    200    200
  over                                       410    410    410    410    410    410    410    410
  none                                       410    410    410    410    410    410    410    410
POST /api/sign-in/{token}
  live                                       200    200    200    200    200    200    200    200
  over                                       410    410    410    410    410    410    410    410
  none                                       410    410    410    410    410    410    410    410
POST /api/sign-in-link
  -                                          409n   409n   409n   409n   409n   409n   409n   409n
POST /api/sign-in
  right                                      200    200    200    200    200    200    200    200
  wrong                                      401    401    401    401    401    401    401    401
  none                                       401    401    401    401    401    401    401    401
GET /api/me
  -                                          401    200    200    200    200    200    200    403
PUT /api/me
  zone                                       401    204    204    204    204    204    204    403
  name                                       401    403    403    204    204    204    204    403
PUT /api/me/settings
  -                                          401    204    204    204    204    204    204    403
PUT /api/me/password
  -                                          401    403    403    403    403    403    403    403
GET /api/me/sessions
  -                                          401    200    200    200    200    200    200    403
POST /api/me/sessions/{id}/end
  ada                                        401    204    404    404    404    404    404    404
  jane                                       401    404    404    204    404    404    404    404
  none                                       401    404    404    404    404    404    404    404
POST /api/me/sessions/end-others
  -                                          401    204    204    204    204    204    204    403
GET /api/me/reach
  -                                          401    200    200    200    200    200    200    403
PUT /api/me/reach
  -                                          401    204    204    204    204    204    204    403
POST /api/me/addresses
  -                                          401    409n   409n   409n   409n   409n   409n   403
POST /api/me/addresses/confirm
  -                                          401    410    410    410    410    410    410    403
POST /api/me/devices
  -                                          401    409n   409n   409n   409n   409n   409n   403
POST /api/me/devices/forget
  -                                          401    204    204    204    204    204    204    403
POST /api/me/calendar
  -                                          401    201    201    201    201    201    201    403
POST /api/sign-out
  -                                          204    204    204    204    204    204    204    204
GET /api/join/{token}
  live                                       200    200    200    200    200    200    200    200
  theirs                                     200    200    200    200    200    200    200    200
  over                                       200    200    200    200    200    200    200    200
  none                                       404    404    404    404    404    404    404    404
POST /api/join/{token}
  live                                       200    200    200    200    200    200    200    200
  theirs                                     200    200    200    200    200    200    200    200
  over                                       410    410    410    410    410    410    410    410
  none                                       404    404    404    404    404    404    404    404

GET /api/calendar/{token}
  live                                       200    200    200    200    200    200    200    200
  none                                       404    404    404    404    404    404    404    404
GET /api/stop/{token}
  live                                       200    200    200    200    200    200    200    200
  none                                       404    404    404    404    404    404    404    404
POST /api/stop/{token}
  live                                       200    200    200    200    200    200    200    200
  none                                       404    404    404    404    404    404    404    404
POST /api/pushes/{token}/rings
  none                                       404    404    404    404    404    404    404    404
POST /api/pushes/{token}/decline
  none                                       404    404    404    404    404    404    404    404
POST /api/sms/receipts/{id}
  none                                       404    404    404    404    404    404    404    404

GET /api/outbox
  -                                          401    403    403    403    403    403    200    403
POST /api/outbox/{id}/again
  live                                       401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    403    404    403
GET /api/webhooks
  -                                          401    403    403    403    403    403    200    403
POST /api/webhooks
  -                                          401    403    403    403    403    403    201    403
POST /api/webhooks/{id}/rotate
  live                                       401    403    403    403    403    403    200    403
  none                                       401    403    403    403    403    403    404    403
POST /api/webhooks/{id}/disable
  live                                       401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    403    404    403
POST /api/webhooks/{id}/enable
  live                                       401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    403    404    403
POST /api/webhooks/{id}/test
  live                                       401    403    403    403    403    403    200    403
  none                                       401    403    403    403    403    403    404    403
POST /api/webhooks/{id}/replay
  live                                       401    403    403    403    403    403    204    403
  none                                       401    403    403    403    403    403    404    403
";
