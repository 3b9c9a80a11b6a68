// The way past every page: `visit(name, page)` is called at each one.

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
