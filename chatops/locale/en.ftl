# English

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
