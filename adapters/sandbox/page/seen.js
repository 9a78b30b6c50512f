/** What Slack shows one person, as the panes draw it: people by id and shown name, authors filled in. */

export function seen(state) {
  const people = new Map(state.people.map((person) => [person.id, { ...person, name: person.real_name }]));
  const rooms = state.rooms.map((room) => ({
    ...room,
    messages: room.messages.map(
      (message) => ({ ...message, author: message.bot ? state.app.user : message.user }),
    ),
  }));
  return { people, rooms, views: state.views, notices: state.notices, notifications: state.notifications };
}

/**
 * What a person typed, with the names that they see (`@Maya Lind`) as the ids that Slack knows.
 *
 * Slack's own window does this while one picks a name from its list.
 */
export function withIds(text, people) {
  const longestFirst = [...people.values()].filter((person) => person.name).sort(
    (a, b) => b.name.length - a.name.length,
  );
  return longestFirst.reduce(
    (sofar, { id, name }) => sofar.replaceAll(
      new RegExp(`(?<![\\w<])@${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "giu"),
      `<@${id}>`,
    ),
    text,
  );
}
