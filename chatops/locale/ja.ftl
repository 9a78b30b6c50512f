# 日本語

# Slack
slack-more = その他
slack-continued = … 続きはスレッドにあります
slack-rows-left = … ほか{ $count }行
slack-cancel = キャンセル
slack-close = 閉じる
slack-yes = はい、続けます
slack-notice-title = カスタマーケア
slack-working = 少しお待ちください …
slack-done = 完了しました。
slack-sorry = こちら側で失敗しました。何も変わっていません。少し待ってからもう一度お試しください。
slack-too-late = フォームを開くのが間に合いませんでした。もう一度押してください。
slack-needs-form = もう少し情報が必要です。
slack-stranger = あなたはここに登録されていないため、この操作はできません。管理者に、app.yamlへSlackのメンバーIDを追加するよう依頼してください。
slack-guest = このワークスペースのゲストはチケットを操作できません。
slack-other-workspace = ほかのワークスペースの方はチケットを操作できません。
slack-unsure-who = Slackであなたを確認できなかったため、何もしませんでした。少し待ってからもう一度お試しください。
