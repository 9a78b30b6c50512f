/** What Slack shows one person, as the panes draw it: people by id and shown name, authors filled in. */

export function seen({ people, rooms, app, app_home: appHome, ...rest }) {
  const author = (message) => (message.bot ? app.user : message.user);
  const signed = (message) => ({ ...message, author: author(message) });
  const shown = rooms.map((room) => ({ ...room, messages: room.messages.map(signed) }));
  return {
    ...rest,
    app,
    appHome,
    people: new Map(people.map((person) => [person.id, { ...person, name: person.real_name }])),
    rooms: [
      ...shown.filter((room) => room.id !== appHome.direct),
      appRoom(app, shown.find((room) => room.id === appHome.direct)),
    ],
  };
}

/** The app as a place of its own: its direct messages, which are there before the first of them. */
function appRoom(app, direct) {
  const empty = { id: "", private: true, direct: true, members: [], messages: [] };
  return { ...empty, ...direct, name: app.name, isApp: true };
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
