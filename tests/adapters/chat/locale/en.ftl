# What the tests of chat adapters say.
t-words = { $words }
t-form = Reply to #42
t-send = Send
t-close = Send and close
t-text = Reply
t-then = Then
t-count = { $count } of 280
t-claim = Claim
t-title = #{ $ticket } · { $customer }
t-by = { $who } has it, see { $where }
t-label = Customer
t-due = due { $due }
t-closed = Closed
t-median = Median
t-agent = Agent
