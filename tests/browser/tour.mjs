// The way past every page: `visit(name, page)` is called at each one.

// Clients of the broker that ask people: everything with a logo, a long name whose logo does
// not come, and one without any.
export function tourClients(site) {
  const client = (id, name, more) => `
[[clients]]
client_id = "${id}"
client_secret = "a-secret-of-at-least-32-characters!!"
client_name = ${JSON.stringify(name)}
redirect_uris = ["${site.callback}"]
scope = "openid profile email phone groups dingtalk offline_access"
require_pkce = false
consent = "ask"
${more}
`;
  const links = `policy_uri = "${site.url}/privacy"\ntos_uri = "${site.url}/terms"\nclient_uri = "${site.url}/"`;
  return (
    client('rich', '差旅报销 Expenses', `logo_uri = "${site.url}/logo.svg"\n${links}`) +
    client(
      'long',
      'AVeryLongApplicationNameWithoutAnySpaceThatIsLongerThanAPhoneIsWide (staging environment)',
      `logo_uri = "${site.url}/no-such-logo.svg"`,
    ) +
    client('plain', '示例', '')
  );
}

// Signing in begins; DingTalk's page is shown.
async function begin(page, issuer, client, redirect, more = '') {
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirect,
    state: 'a-state',
  });
  await page.goto(`${issuer}/authorize?${query}${more}`);
}

export async function everyPage({ guest, demo, broker, other, chooseAndConfirm }, visit) {
  const { page, context } = guest;
  const see = (name) => visit(name, page);
  const at = (where) => page.goto(`${broker.issuer}${where}`);

  await at('/');
  await see('home');
  await at('/nowhere');
  await see('not-found');

  // Requests that name no client and address that belong together.
  await at('/authorize?response_type=code');
  await see('missing-client');
  await at('/authorize?client_id=nobody&response_type=code');
  await see('unknown-client');
  await at('/authorize?client_id=demo&response_type=code');
  await see('missing-redirect');
  await begin(page, broker.issuer, 'demo', 'https://elsewhere.example/callback');
  await see('unregistered-redirect');
  await at('/authorize?client_id=demo&client_id=demo');
  await see('unreadable');
  await at('/callback/way-1?code=x&state=y.z');
  await see('flow-lost');
  await at('/callback/way-9');
  await see('unknown-upstream');

  // Two upstreams.
  await begin(page, broker.issuer, 'demo', other.callback);
  await see('choice');

  // What DingTalk says of people.
  const signIn = page.locator('.way').first();
  const attempt = async (name, userid) => {
    await begin(page, broker.issuer, 'demo', other.callback, '&prompt=login');
    await signIn.click();
    await chooseAndConfirm(page, userid);
    await see(name);
  };
  await signIn.click();
  await see('dingtalk');
  await page.locator('#deny').click();
  await see('denied');
  await attempt('not-a-member', 'malei');
  await attempt('external-contact', 'waibu');

  // What DingTalk refuses us.
  const struck = async (name, where, kind) => {
    await broker.switches.fault(where, kind);
    await attempt(name, 'zhangsan');
    await broker.switches.heal();
  };
  await struck('upstream-down', '/v1.0/*', 'busy');
  await struck('throttled', '/v1.0/*', 'qps');
  await struck('set-up', '/v1.0/*', 'ip_not_allowed');
  const permission = 'apps/dingsimapp/permissions/Contact.User.Read';
  await broker.switches.call('DELETE', permission);
  await attempt('permission-missing', 'zhangsan');
  await broker.switches.call('PUT', permission);

  // A sign-in whose answer is opened again.
  await begin(page, broker.issuer, 'demo', other.callback, '&prompt=login');
  const [answer] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(`${broker.issuer}/callback/`)),
    signIn.click().then(() => chooseAndConfirm(page, 'zhangsan')),
  ]);
  await page.waitForURL(`${other.callback}*`);
  await page.goto(answer.url());
  await see('already-done');

  // Signing out. There is a session from the sign-in above.
  const leave = (more) => at(`/logout?${new URLSearchParams(more)}`);
  await leave({ client_id: 'demo', post_logout_redirect_uri: other.after });
  await see('logout-confirm');
  await leave({});
  await see('logout-confirm-nobody');
  await leave({ client_id: 'demo', post_logout_redirect_uri: 'https://elsewhere.example/' });
  await see('logout-unregistered');
  await leave({});
  await page.locator('#sign-out').click();
  await see('signed-out');
  await leave({ client_id: 'demo', post_logout_redirect_uri: other.after });
  await see('signed-out-with-a-way-back');
  await leave({ id_token_hint: 'x' });
  await see('logout-bad-hint');

  // The question for consent, and what was agreed to.
  const question = async (name, client, scope, more = '') => {
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      scope,
      redirect_uri: other.callback,
      state: 'a-state',
    });
    await page.goto(`${broker.issuer}/authorize?${query}${more}`);
    if (await page.locator('.way').count()) {
      await signIn.click();
      await chooseAndConfirm(page, 'zhangsan');
    }
    await page.locator('#allow').waitFor();
    if (name) await see(name);
  };
  const allow = async () => {
    await page.locator('#allow').click();
    await page.waitForURL(`${other.callback}*`);
  };
  const all = 'openid profile email phone groups dingtalk offline_access';
  await question('consent-all', 'rich', all, '&prompt=consent');
  await allow();
  await question('consent-long-name', 'long', 'openid profile');
  await allow();
  const claims = { userinfo: { name: null, picture: null, email: null, phone_number: null, title: null, job_number: null, dingtalk_userid: null } };
  await question('consent-claims', 'plain', 'openid', `&claims=${encodeURIComponent(JSON.stringify(claims))}`);
  await allow();
  await question('consent-more', 'plain', 'openid email profile');
  await at('/applications');
  await see('applications');
  // Taken back, so that the next tour is asked again.
  const buttons = page.getByRole('button');
  for (let left = await buttons.count(); left > 0; left -= 1) {
    await buttons.first().click();
    await page.waitForFunction((most) => document.querySelectorAll('button').length < most, left);
  }

  // An answer that posts itself; without its script, so that it stays to be seen.
  const posting = `${broker.issuer}/authorize?client_id=demo&response_mode=form_post&redirect_uri=${encodeURIComponent(other.callback)}`;
  await page.route(posting, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<script>.*<\/script>/, '');
    await route.fulfill({ response, body });
  });
  await page.goto(posting);
  await see('form-post');
  await context.clearCookies();
  await at('/applications');
  await see('applications-nobody');

  // The sample application.
  await context.clearCookies();
  await page.goto(demo.app);
  await see('sample-welcome');
  await page.locator('#sign-in').click();
  await chooseAndConfirm(page, 'zhangsan');
  await page.waitForURL(`${demo.app}/`);
  await see('sample-person');
  await page.locator('#again').click();
  await page.locator('#deny').click();
  await page.locator('#back').click();
  await see('sample-failed');
}
