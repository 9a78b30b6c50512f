# チャットアダプターのテストの言葉
t-words = { $words }
t-form = 42番への返信
t-send = 送信
t-close = 送信してクローズ
t-text = 返信
t-then = 送信後
t-count = 280文字中{ $count }文字
t-claim = 担当する
t-title = #{ $ticket } · { $customer }
t-by = { $who }さんが担当、{ $where }
t-label = お客様
t-due = 期限 { $due }
t-closed = クローズ
t-median = 中央値
t-agent = 担当者
