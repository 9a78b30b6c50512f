# What people read, in English. One sentence an id; ja.ftl holds the same ids with the same values.
# A message may name another by its id: { ticket } is the ticket's number.

# Pieces of sentences
agent = { $agent }
people = { $people }
words = { $words }
number = { $count }
span = { $span }
ticket = #{ NUMBER($ticket, useGrouping: 0) }
nobody = nobody
nobody-yet = nobody yet
private = private
public = public
seen-private = 🔒 Private
seen-public = 🌐 Public
span-days = { $days } d { $hours } h
span-hours = { $hours } h { $minutes } min
span-minutes = { $minutes } min
span-seconds = { $seconds } s
where = { $channel } { $kind }, { $visibility }
by-agent = { $agent }
by-rule = A rule
kind-mention = mention
kind-reply = reply
kind-quote = quote
kind-dm = direct message
kind-hashtag = hashtag
language-ar = Arabic
language-de = German
language-el = Greek
language-en = English
language-es = Spanish
language-fr = French
language-he = Hebrew
language-hi = Hindi
language-it = Italian
language-ja = Japanese
language-ko = Korean
language-nl = Dutch
language-pt = Portuguese
language-ru = Russian
language-th = Thai
language-tr = Turkish
language-uk = Ukrainian
language-vi = Vietnamese
language-zh = Chinese
role-viewer = viewer
role-agent = agent
role-lead = lead
role-manager = manager
role-admin = admin

# The ticket's card
card-title = { ticket } · { $channel } { $kind } from { $customer }
card-about = { $visibility } · from @{ $handle } to @{ $account } · { $language } · { $at }
card-answers = ↩ Answers our post “{ $post }”
card-newest = Newest message, { $at }:
card-continues = … continued in the thread
push-internal = An answer to your question
push-ticket = { $channel } { $kind } { ticket }
fact-status = Status
fact-assignee = Assignee
fact-clock = First response
fact-priority = Priority
fact-read = Read by
fact-waiting = Waiting for
fact-customer = Customer
fact-channel = Channel
status-open = Open
status-snoozed = Snoozed until { $until } ({ $reason })
status-snoozed-customer = Snoozed until the customer answers ({ $reason })
status-closed = Closed: { $reason }
waiting-us = us
waiting-customer = the customer
priority-urgent = ‼ Urgent
priority-high = ❗ High
priority-normal = Normal
priority-low = Low
priority-why = { $level }: { $why }
why-followers = many followers
why-words = alarming words
clock-none = No due time: it reached us late
clock-on_time = Due { $due }
clock-due_soon = ⏳ Due soon: { $due }
clock-breached = ⚠ Late: due { $due }
clock-met = ✓ Answered in time
clock-met_late = Answered { $late } late (due { $due })
clock-waived = No answer was owed
clock-paused = { $said } (off hours, resumes { $resumes })
clock-pauses = { $said } (off hours { $pauses } to { $resumes })
aside-escalated = Escalated to { $target } (level { $level })
aside-writing = ✍ { $agent } is writing a reply
aside-thanks = The customer said thanks after this was closed. Reopen it if there is more to do.
aside-cannot-reply = This cannot be answered from here. Answer it on { $channel }.
aside-others = See also: { $tickets }

# Lines of the thread
line-inbound = { $customer } wrote, { $at }
line-edited = { $customer } wrote (edited), { $at }
line-note = Note by { $agent }
line-outside = Answered on { $channel } itself, { $at }
line-colleague = { $name } wrote, { $at }
line-for = { $said } · { $agent }
line-deleted = The customer deleted this message.
line-thanks = Only thanks: no answer needed.
reply-waiting = { $agent } replies ({ $visibility }): goes out in { $seconds }
reply-sending = { $agent } replies ({ $visibility }): going out now
reply-sent = ✓ { $agent } replied ({ $visibility }), { $at }
reply-failed = ✗ { $agent }’s reply ({ $visibility }) failed
reply-in-doubt = ⚠ We cannot tell whether { $agent }’s reply ({ $visibility }) arrived. Look on { $channel }, then choose below.
reply-withdrawn = { $agent }’s reply ({ $visibility }) was taken back; the customer has not seen it
event-assigned = { $who } assigned this to { $agent }
event-escalated = { $who } escalated this to { $target }
event-escalated-to = { $said }. { $people }, please take a look.
event-closed = { $who } closed this: { $reason }

# Announcements and alerts
announce-unassigned = { $ticket } is unclaimed again.
announce-woken = { $ticket } is back from its snooze.
announce-reopened = { $ticket } was reopened.
push-breach = First response late: { ticket } in { $queue }
alert-title = ⚠ First response is late: { ticket }
alert-breach = { $ticket } in { $queue } should have had its first response by { $due }.
alert-revoked-title = ⚠ @{ $account } is cut off
alert-revoked = Our access to @{ $account } was withdrawn on { $at }. No message comes in and no reply goes out.
alert-revoked-remedy = An administrator must connect the account again: python -m chatops connect { $channel } { $account }
digest-late = Late: this was due { $at }.
digest-refused = The digest “{ $name }” could not be made: { $why }
digest-refused-title = ⚠ Digest not made

# Buttons
button-claim = Claim
button-unclaim = Unclaim
button-assign = Assign
button-reply = Reply
button-undo = Undo
button-sendnow = Send now
button-arrived = It is there
button-resend = Send again
button-note = Note
button-snooze = Snooze
button-wake = Wake
button-escalate = Escalate
button-close = Close
button-reopen = Reopen
button-read = Mark as read
button-show = Details
button-open-on = Open on { $channel }
button-claim-ticket = Claim { ticket }
button-show-ticket = Details of { ticket }

# Reasons and choices
close-resolved = resolved
close-no_reply_needed = no reply needed
close-spam = spam
close-duplicate = duplicate
snooze-waiting_customer = waiting for the customer
snooze-waiting_third_party = waiting for a third party
snooze-waiting_internal = waiting for colleagues
snooze-later = for later
wake-1h = In 1 working hour ({ $at })
wake-3h = In 3 working hours ({ $at })
wake-tomorrow = Tomorrow at opening ({ $at })
wake-next-week = Next week at opening ({ $at })
wake-customer = When the customer answers
wake-other = Another time (write it below)
then-nothing = Send
then-close = Send and close
then-wait = Send and wait for the customer
agent-on = { $name } (on shift)
agent-off = { $name }
personal-email = an e-mail address
personal-phone = a phone number
personal-order = an order number

# Forms
form-assign = Assign { ticket }
form-close = Close { ticket }
form-escalate = Escalate { ticket }
form-note = Note on { ticket }
form-reply = Reply to { ticket }
form-snooze = Snooze { ticket }
submit-reply = Send
field-text = Text
field-then = How to send
field-canned = Canned reply (fills the text)
field-who = Assign to
field-reason = Reason
field-target = Escalate to
field-until = Until
field-when = Another time, such as “tomorrow 9:00” or “10/3 14:00”
no-targets = The queue { $queue } has nobody to escalate to. An administrator can name targets in app.yaml.
reply-as-public = 🌐 Public: everybody can read it. From @{ $account } on { $channel } to { $customer }
reply-as-private = 🔒 Direct message: only { $customer } reads it. From @{ $account } on { $channel }
reply-to = { $customer } wrote, { $at }:
reply-since = Since you opened this form:
reply-used = { $used } of { $limit } characters
reply-over = { $used } of { $limit } characters: { $over } too many

# Questions
ask-new-message = Something new was written since you opened this form. Send anyway?
ask-personal-data = Everybody can read this reply, and it seems to hold { $kinds }. Send anyway?
ask-other-ticket = This is the thread of { ticket }, and the line begins with { $meant }. Send it to this customer as it is?
other-ticket = This is the thread of { ticket }, not of #{ $meant }. Go to its thread, or type /{ $prefix } { $command } { $meant }.
ask-anyway = { $warning } Send anyway?
x-link-costs = A reply with a link costs { NUMBER($with_link, minimumFractionDigits: 2) } US dollars on X, one without { NUMBER($without, minimumFractionDigits: 2) }.

# Done, said to who typed the command
done-claim = { ticket } is yours.
done-unclaim = { ticket } is unclaimed now.
done-assign = { ticket } is assigned.
done-reply = The reply to { ticket } is in its thread, where you can still undo it.
done-undo = The reply to { ticket } was taken back.
done-sendnow = The reply to { ticket } goes out now.
done-arrived = The reply to { ticket } counts as sent.
done-resend = The reply to { ticket } goes out again.
done-note = The note is on { ticket }.
done-snooze = { ticket } is snoozed.
done-wake = { ticket } is open again.
done-escalate = { ticket } is escalated.
done-close = { ticket } is closed.
done-reopen = { ticket } is open again.
done-read = { ticket } is marked as read.
now-on = You are on shift.
now-off-holding = You are off shift now, and still hold { $count ->
    [one] one ticket
   *[other] { $count } tickets
}. /{ $prefix } handover passes them on.
now-off = You are off shift.
already-on = You were on shift already.
already-off = You were off shift already.

# Refusals
already-yours = { ticket } is yours already.
already-claimed = { $agent } has { ticket } already.
already-assigned = { ticket } is with { $agent } already.
already-read = You have marked { ticket } as read already.
not-claimed = { ticket } is not claimed.
is-closed = { ticket } is closed. Reopen it first.
not-closed = { ticket } is not closed.
not-snoozed = { ticket } is not snoozed.
not-writing = You are not writing on { ticket }.
cannot-reply-here = { ticket } cannot be answered from here. Answer it on the network itself.
cannot-reply-but-there = { ticket } cannot be answered from here. Answer it there: { $link }
channel-cannot = { $channel } takes no replies of this kind from us ({ $visibility }).
reply-not-waiting = That reply to { ticket } is no longer waiting.
reply-not-sending = That reply to { ticket } is not going out.
reply-not-in-doubt = No reply to { ticket } is in doubt.
too-late-to-undo = No reply to { ticket } can be undone now: it has gone out, or there was none.
snooze-needs-time = Say until when, or choose “waiting for the customer”.
snooze-in-the-past = { $at } is past. Choose a later time.
time-not-understood = I do not understand the time “{ $words }”. Write, for example, 1h, tomorrow 9:00, 10/3 14:00 or customer.
nothing-written = This is empty. Please write something.
close-needs-reason = { ticket } has had no reply, so say why you close it: resolved, no reply needed, spam or duplicate.
unknown-target = There is no “{ $target }” to escalate to. There is: { $known }.
unknown-person = Nobody named “{ $name }” works this queue. Assign on the card lists who does.
unknown-person-near = Nobody named “{ $name }” works this queue. Do you mean { $near }?
several-people = “{ $name }” may be several people. Write one of: { $people }.
which-ticket = Say which ticket: /{ $prefix } { $command } 42
unknown-ticket = There is no ticket { ticket }. Please check the number.
not-allowed = You need the role { $role } in { $queue } for this. Ask an administrator.
no-role = You have no role for this in any queue. Ask an administrator.
unknown-command = I do not know “{ $word }”. /{ $prefix } help lists what I know.
did-you-mean = I do not know “{ $word }”. Do you mean “{ $near }”? /{ $prefix } help lists what I know.
word-not-taken = I do not understand “{ $word }” here. { $usage }
usage = Write it like this: /{ $prefix } { $line }
nothing-to-show = There is nothing to show.
posted-here = Posted in this room.

# Why a reply did not go out; most are what a network said
rejected-app-keys = X does not take the keys of our app. An administrator must check them.
rejected-client = X does not know our app. An administrator must check its client id and secret.
rejected-code = X did not take the code. Please start the connection anew.
rejected-credits = Our credits with X are used up. An administrator must buy more.
rejected-dm-closed = This person takes no direct messages from us.
rejected-duplicate = X refuses the same text twice. Please change the words.
rejected-empty-text = The network refuses an empty text.
rejected-forbidden = The network forbids this reply.
rejected-key-reused = The network has seen this reply’s key with another text.
rejected-no-id = The source took the reply without saying under which id. Please look there before you send it again.
rejected-no-such-author = The network no longer has this person.
rejected-no-such-post = The message that this answers no longer exists.
rejected-not-connected = The account is not connected. An administrator must connect it.
rejected-not-found = The message that this answers no longer exists.
rejected-not-summoned = X lets us answer only who has mentioned us.
rejected-post-gone = The message that this answers was deleted, or may not be seen by us.
rejected-redirect = The network answered from another address; nothing was sent there.
rejected-refused = The network refused the reply.
rejected-revoked = Our access to the account was withdrawn. An administrator must connect it again.
rejected-signature = The source does not take our signature. An administrator must check the secret.
rejected-text-too-long = The text is too long for the network. Please shorten it.
rejected-token = Our access has run out. An administrator must connect the account again.
rejected-too-long = The text is too long for the network. Please shorten it.
rejected-unseen = It was not sent, for its Undo button could not be shown. Please write it again.
rejected-unsupported = The network cannot take this reply; what it answers may have been deleted.
rejected-unauthorized = The network does not take our token. An administrator must check it.

# Details of a ticket
show-messages = Newest messages
show-log = History
log-line = { $at } · { $who } · { $what }
log-by-customer = Customer
log-opened = opened
log-customer-wrote = a message came
log-customer-edited = a message was edited
log-customer-deleted = a message was deleted
log-answered-outside = answered on the network itself
log-claimed = claimed
log-assigned = assigned to { $agent }
log-unclaimed = unclaimed
log-read = read
log-noted = note
log-reply-requested = reply written
log-reply-withdrawn = reply taken back
log-reply-hastened = send now
log-reply-sent = reply sent
log-reply-failed = reply failed: { $code }
log-reply-doubted = unclear whether the reply arrived
log-reply-requeued = reply to be sent again
log-woken = woken
log-escalated = escalated to { $target }
log-closed = closed: { $reason }
log-reopened = reopened
log-breached = first response late

# Lists
list-mine = Your open tickets: { $count }
list-unclaimed = Unclaimed tickets: { $count }
list-snoozed = Snoozed tickets: { $count }
list-escalated = Escalated tickets: { $count }
list-unread = Tickets you have not read: { $count }
list-line = { ticket } · { $customer } · { $kind } · { $who } · { $due }
list-due = due { $due }
list-late = ⚠ late: due { $due }
list-no-clock = nothing due
list-more = The { $shown } most urgent of { $total }.

# Reports and digests
report-title = Customer care on { $day }
report-new = New
report-closed = Closed
report-open = Open now
report-snoozed = Snoozed now
report-first-response = First response
report-waiting = Still waiting
report-breached = Late
report-no-response = none yet
report-median = median { $median } (n = { $count })
report-spread = median { $median }, 90 % within { $p90 } (n = { $count })
report-waiting-since = { $count }, the oldest since { $since }
closes-title = Closes on { $day }
closes-said = { $closed } closed, { $new } new, { $open } open now
breaches-title = Late first responses on { $day }
breaches-said = { $count ->
    [0] No first response was late.
    [one] One first response was late; still unanswered: { $open }
   *[other] { $count } first responses were late; still unanswered: { $open }
}
breaches-earlier = { $count ->
    [one] One ticket that was late before this day still waits for an answer.
   *[other] { $count } tickets that were late before this day still wait for an answer.
}
breach-open = ⚠ unanswered
breach-answered = dealt with
head-ticket = Ticket
head-assignee = Assignee
head-late = Late by
head-state = State
head-agent = Agent
head-channel = Channel
head-reason = Reason
head-closes = Closes
head-bar = Share

# Words of commands: every word before a comma is understood
word-resolved = resolved, solved
word-no_reply_needed = no reply needed, no reply, nothing to answer
word-spam = spam
word-duplicate = duplicate
word-waiting_customer = waiting customer, waiting for customer, waiting for the customer
word-waiting_third_party = third party, waiting third party, waiting for third party
word-waiting_internal = internal, waiting internal, waiting for colleagues
word-later = later, for later
word-mine = mine, my
word-unclaimed = unclaimed, free
word-snoozed = snoozed
word-escalated = escalated
word-unread = unread
word-today = today
word-yesterday = yesterday
word-in_room = in room, in the room
word-breaches = breaches, breach, late
word-closes = closes, closed
word-agent = by agent, agent
word-channel = by channel, channel
word-reason = by reason, reason

# Commands
help-title = Commands
help-about = { $name }
help-line = /{ $prefix } { $usage } – { $help }
help-intro = In a ticket’s thread, write ! before the command and leave the number out.
name-claim = claim, take
usage-claim = claim 42
help-claim = take a ticket
name-unclaim = unclaim, release
usage-unclaim = unclaim 42
help-unclaim = give a ticket back to everybody
name-assign = assign
usage-assign = assign 42 @name
help-assign = give a ticket to somebody
name-reply = reply, answer
usage-reply = reply 42 words to the customer
help-reply = write to the customer; without words a form opens
name-undo = undo
usage-undo = undo 42
help-undo = take back a reply that has not gone out
name-sendnow = sendnow
usage-sendnow = sendnow 42
help-sendnow = send a waiting reply at once
name-arrived = arrived
usage-arrived = arrived 42
help-arrived = say that a reply in doubt has arrived
name-resend = resend
usage-resend = resend 42
help-resend = send a reply in doubt again
name-note = note
usage-note = note 42 words for colleagues
help-note = write for colleagues only
name-snooze = snooze
usage-snooze = snooze 42 1h | tomorrow 9:00 | 10/3 14:00 | customer
help-snooze = put a ticket aside until a time, or until the customer answers
name-wake = wake
usage-wake = wake 42
help-wake = end a snooze
name-escalate = escalate
usage-escalate = escalate 42 specialists why it needs them
help-escalate = bring a ticket to another team’s room, with a reason
name-close = close
usage-close = close 42 resolved | no reply needed | spam | duplicate
help-close = close a ticket; after a reply no reason is needed
name-reopen = reopen
usage-reopen = reopen 42
help-reopen = open a closed ticket again
name-read = read
usage-read = read 42
help-read = mark a ticket as read
name-show = show
usage-show = show 42
help-show = show a ticket with its messages and its log
name-list = list
usage-list = list mine | unclaimed | snoozed | escalated | unread
help-list = list tickets, the most urgent first
name-on = on
usage-on = on
help-on = begin your shift: rules may give you tickets
name-off = off
usage-off = off
help-off = end your shift
name-help = help
usage-help = help snooze
help-help = show this list, or explain one command
name-report = report, care-report
usage-report = report today | yesterday [in room]
help-report = the day in figures; “in room” shows it to all
name-digest = digest
usage-digest = digest breaches | closes [by agent | by channel | by reason]
help-digest = today’s late first responses, or today’s closes

# Slack
slack-more = More
slack-continued = … continued in the thread
slack-rows-left = { $count ->
    [one] … and one more row
   *[other] … and { $count } more rows
}
slack-cancel = Cancel
slack-close = Close
slack-yes = Yes, go on
slack-notice-title = Care
slack-working = This takes a moment …
slack-done = Done.
slack-sorry = Something failed on our side, and nothing was changed. Please try again in a minute.
slack-too-late = Slack gave us too little time to open the form. Please press again.
slack-needs-form = This needs a little more from you.
slack-stranger = I do not know you here, so I may not do this. Ask an administrator to add your Slack member id to app.yaml.
slack-guest = Guests of this workspace may not work on tickets.
slack-other-workspace = People of other workspaces may not work on tickets.
slack-unsure-who = Slack cannot tell me right now who you are, so nothing was done. Please try again in a minute.
slack-odd-press = This button is from another version of me, so nothing was done. Please use the ticket’s newest card.

# The first app.yaml
init-ask-language = Language / 言語 (en, ja)
init-ask-network = Network to begin with: sandbox (all make-believe, on this machine), x, webhook (a source of yours)
init-ask-zone = Time zone of the team, such as Europe/London
init-ask-database = Whole path of the database’s file
init-ask-port = Port for webhooks on 127.0.0.1; the next one is the operators’
init-ask-sandbox = Address of the stand-ins
init-ask-mode = How Slack reaches the service: socket (no public address), http
init-ask-room = Id of the team’s room in Slack, C…, at the end of its details
init-ask-managers-room = Id of the managers’ room in Slack, another one
init-ask-person = A short name for yourself, as typed in commands, such as maya
init-ask-name = Your name as customers read it under a reply
init-ask-member = Your member id in Slack, U…, by Copy member ID in your profile
init-ask-queue = A short name for the queue
init-ask-week = Days on which the team works, such as mon-fri
init-ask-hours = Hours on these days, such as 9:00-18:00
init-ask-country = Country whose public holidays are closed, such as JP; - is none
init-ask-first-response = Working time until the first reply, such as 60m
init-ask-account = A short name for the account
init-ask-handle = The account’s public name, without @
init-ask-client-id = OAuth 2.0 client id of your app on X
init-ask-reply-url = Address at which the source takes replies, https://…; - is none
init-ask-slack-bot-token = Bot User OAuth Token, xoxb-… (Enter: later)
init-ask-slack-app-token = App-level token, xapp-… (Enter: later)
init-ask-slack-signing-secret = Signing secret of the app in Slack (Enter: later)
init-ask-x-client-secret = OAuth 2.0 client secret of your app on X (Enter: later)
init-ask-x-consumer-key = API key of your app on X (Enter: later)
init-ask-x-consumer-secret = API key secret of your app on X (Enter: later)
init-networks = write one of: { $networks }
init-no-text = this is no text in the terminal’s encoding; type it anew
init-written = Wrote { $file }. The secrets are in { $folder }, a file each, readable by your user alone.
init-holds = It was checked, and every reference holds.
init-left = It was checked. This is still missing:
init-stand-ins = Start the stand-ins in another terminal, and leave them running:
init-next = Then, in this order:
init-about-file = Checked whole at every start. Every key is explained in docs/configuration.md.
init-about-key = Encrypts the accounts’ tokens in the database. Keep this file apart from backups.
init-about-development = For stand-ins on this machine only; leave it out for work.
init-about-web = Webhooks on port, /healthz, /readyz and /metrics on ops_port; both on 127.0.0.1.
init-about-chats = Secrets never stand here; each is referred to.
init-about-rooms = The ids are Slack’s own. Every queue has a room for its cards and one for its managers.
init-about-calendars = Clocks run in these hours only.
init-about-queues = Who answers, and by when.
init-about-people = Roles are viewer, agent, lead, manager and admin; "*" is every queue.
init-about-channels = Networks, and our accounts on each.

# Hiding and deleting

name-hide = hide
usage-hide = hide 42
help-hide = hide a customer's public message on the network
done-hide = The network was asked to hide the message of { ticket }.
form-hide = Hide in { ticket }
button-hide = Hide
about-hide = On { $channel } only its author and their friends still see a hidden message. “unhide” shows it again.
nothing-to-hide = { $channel } lets us hide no message of { ticket }.
name-unhide = unhide
usage-unhide = unhide 42
help-unhide = show a hidden message again
done-unhide = The network was asked to show the message of { ticket } again.
form-unhide = Show again: { ticket }
button-unhide = Show again
about-unhide = On { $channel } everybody sees it again.
nothing-to-unhide = No message of { ticket } is hidden on { $channel }.
name-delete = delete
usage-delete = delete 42
help-delete = delete a public message from the network; a second person confirms it
done-delete = A second person must confirm it: the question is in the thread of { ticket }.
form-delete = Delete in { ticket }
button-delete = Delete…
about-delete = It is gone from { $channel } for good, once a second person has confirmed it. The ticket keeps that it was there.
nothing-to-delete = { $channel } lets us delete no message of { ticket }.
name-confirm = confirm
usage-confirm = confirm 42
help-confirm = agree, as the second person, that a message is deleted
done-confirm = The network was asked to delete the message of { ticket }.
button-confirm = Delete it
name-keep = keep
usage-keep = keep 42
help-keep = turn down the deletion of a message
done-keep = The message of { ticket } stays.
button-keep = Keep it
which-message = Which message is meant? Choose it.
field-message = Message
message-of = { $who }: { $words }
deed-under-way = That is under way already on { ticket }.
deed-not-proposed = Nothing of { ticket } waits to be confirmed.
deed-needs-another = Deleting needs a second person: a colleague must confirm it on { ticket }.

# Shifts
shift-end-title = Your shift has ended: you still hold { $count ->
    [one] one ticket
   *[other] { $count } tickets
}
shift-end = What is yours stays yours until you hand it over. A customer who answers meanwhile is shown to the room.
shift-end-line = { ticket } { $customer }: { $status }, { $due }
held-open = open
held-snoozed = snoozed
button-handover = Hand over…
button-list-mine = My tickets
