/** Calls to the sandbox's own control routes, on the same origin. Nothing here knows how a page looks. */

/** An answer that is no success: what the sandbox said, for the person to read. */
export class Refused extends Error {}

async function call(path, body) {
  let response;
  try {
    response = await fetch(path, body === undefined ? { cache: "no-store" } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch (error) {
    throw new Refused(error.message);
  }
  const text = await response.text();
  if (!response.ok) throw new Refused(reason(text) ?? `HTTP ${response.status}`);
  return JSON.parse(text);
}

function reason(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return null;
  }
}

/** Who is who and what stands where: read once. */
export const readWorld = () => call("/dev/world");

/** Slack as one person sees it. */
export const readSlack = (as) => call(`/dev/slack/state?as=${encodeURIComponent(as)}`);

/** Wait until Slack has changed since a version; gives the version now. */
export const slackChanges = (since) => call(`/dev/slack/changes?since=${since}`);

/** Move a person's hands in Slack: press, command, say, type, submit, close or delete. */
export const slackHand = (name, body) => call(`/dev/slack/${name}`, body);

/** Teams as one person sees it. */
export const readTeams = (as) => call(`/dev/teams/state?as=${encodeURIComponent(as)}`);

/** Wait until Teams has changed since a version; gives the version now. */
export const teamsChanges = (since) => call(`/dev/teams/changes?since=${since}`);

/** Move a person's hands in Teams: say, command, execute, fetch, submit, search, close or delete. */
export const teamsHand = (name, body) => call(`/dev/teams/${name}`, body);

/** What is to be seen on a network. */
export const readNetwork = (name) => call(`/dev/${name}/state`);

/** Move a customer's hands on a network: write or delete. */
export const networkHand = (name, act, body) => call(`/dev/${name}/${act}`, body);

/** The service's business time as `{now, offset_s}`, or `{missing: "none" | "down"}`. */
export const readClock = () => clock();

/** Turn the service's business time; answers as `readClock`. */
export const turnClock = (change) => clock(change);

/** The service's processes: `[{name, pid, alive, ready}]`. */
export const readProcesses = () => call("/dev/processes");

/** Kill a process, or start it again; answers as `readProcesses`. */
export const actOnProcess = (name, act) => call("/dev/processes", { name, act });

async function clock(change) {
  try {
    return await call("/dev/clock", change);
  } catch (error) {
    return { missing: error.message === "no service" ? "none" : "down" };
  }
}
