/** What Slack shows one person, as the panes draw it: people by id and shown name, authors filled in. */

export function seen({ people, rooms, app, ...rest }) {
  const author = (message) => (message.bot ? app.user : message.user);
  const signed = (message) => ({ ...message, author: author(message) });
  return {
    ...rest,
    app,
    people: new Map(people.map((person) => [person.id, { ...person, name: person.real_name }])),
    rooms: rooms.map((room) => ({ ...room, messages: room.messages.map(signed) })),
  };
}

/**
 * What a person typed, with the names that they see (`@Maya Lind`) as the ids that Slack knows.
 *
 * Slack's own window does this while one picks a name from its list.
 */
export function withIds(text, people) {
  const longestFirst = [...people.values()].sort((a, b) => b.name.length - a.name.length);
  return longestFirst.reduce((sofar, { id, name }) => sofar.replaceAll(named(name), `<@${id}>`), text);
}

/** `@name` in any case, as a word of its own. */
function named(name) {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w<])@${literal}(?!\\w)`, "giu");
}
