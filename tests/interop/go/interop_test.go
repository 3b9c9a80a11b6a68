// Package interop runs go-oidc and x/oauth2, as most programs in Go sign people in, against
// a broker that house.mjs has started.
package interop

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var (
	issuer = os.Getenv("INTEROP_ISSUER")
	app    = os.Getenv("INTEROP_APP")
	secret = os.Getenv("INTEROP_SECRET")
)

const (
	wrongSecret = "not-this-one-but-as-long-as-the-right-one"
	// How long anything may take on a busy machine.
	patience = 120 * time.Second
	name     = "张三"
	email    = "zhangsan@xinghe.example"
)

// application is a client that leaves it to x/oauth2 to find out how it authenticates.
func application(t *testing.T, secret string) (*oidc.Provider, *oauth2.Config) {
	t.Helper()
	provider, err := oidc.NewProvider(t.Context(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return provider, &oauth2.Config{
		ClientID:     "app",
		ClientSecret: secret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  app + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// guest is a browser that stops where it is sent to the application.
func guest(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{
		Jar:     jar,
		Timeout: patience,
		CheckRedirect: func(request *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(request.URL.String(), app) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// visit follows redirects up to the application; where that would have been.
func visit(t *testing.T, browser *http.Client, address string) *url.URL {
	t.Helper()
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	location, err := answer.Location()
	if err != nil {
		body, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s leads nowhere: %s %s", answer.Request.URL.Path, answer.Status, body)
	}
	return location
}

// authorize gets a code with its verifier.
func authorize(t *testing.T, browser *http.Client, config *oauth2.Config, more ...oauth2.AuthCodeOption) (url.Values, string) {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	more = append(more, oauth2.S256ChallengeOption(verifier), oidc.Nonce("a-nonce"))
	answer := visit(t, browser, config.AuthCodeURL("a-state", more...)).Query()
	if answer.Get("state") != "a-state" || answer.Get("iss") != issuer {
		t.Fatalf("not the answer to this request: %v", answer)
	}
	return answer, verifier
}

// signIn ends in tokens that are verified as signed by RS256.
func signIn(t *testing.T, browser *http.Client, provider *oidc.Provider, config *oauth2.Config) (*oauth2.Token, *oidc.IDToken, string) {
	t.Helper()
	return signInBy(t, oidc.RS256, browser, provider, config)
}

// signInBy is the same for a client that has chosen the algorithm.
func signInBy(t *testing.T, algorithm string, browser *http.Client, provider *oidc.Provider, config *oauth2.Config) (*oauth2.Token, *oidc.IDToken, string) {
	t.Helper()
	answer, verifier := authorize(t, browser, config)
	token, err := config.Exchange(t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	expected := &oidc.Config{ClientID: config.ClientID, SupportedSigningAlgs: []string{algorithm}}
	idToken, err := provider.Verifier(expected).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if idToken.Nonce != "a-nonce" {
		t.Fatalf("nonce %q", idToken.Nonce)
	}
	if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
		t.Fatal(err)
	}
	return token, idToken, raw
}

func endSession(t *testing.T, provider *oidc.Provider, idToken string) string {
	t.Helper()
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&metadata); err != nil || metadata.EndSession == "" {
		t.Fatalf("no end_session_endpoint: %v", err)
	}
	query := url.Values{
		"id_token_hint":            {idToken},
		"post_logout_redirect_uri": {app + "/signed-out"},
		"state":                    {"away"},
	}
	return metadata.EndSession + "?" + query.Encode()
}

func refusal(t *testing.T, err error, code string, status int) {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		t.Fatalf("not refused: %v", err)
	}
	if refused.ErrorCode != code || refused.Response.StatusCode != status {
		t.Fatalf("%s (%d): %s", refused.ErrorCode, refused.Response.StatusCode, refused.Body)
	}
}

func TestAPersonSignsInAndUserinfoIsAboutTheSamePerson(t *testing.T) {
	provider, config := application(t, secret)
	token, idToken, _ := signIn(t, guest(t), provider, config)
	var claims struct{ Name string }
	if err := idToken.Claims(&claims); err != nil || claims.Name != name {
		t.Fatalf("%v %v", claims, err)
	}
	userinfo, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	if userinfo.Subject != idToken.Subject || userinfo.Email != email || !userinfo.EmailVerified {
		t.Fatalf("%+v", userinfo)
	}
}

func TestTheSecretIsAcceptedInTheBodyToo(t *testing.T) {
	provider, config := application(t, secret)
	config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	signIn(t, guest(t), provider, config)
}

func TestIDTokensAreSignedByTheAlgorithmThatTheApplicationAsksFor(t *testing.T) {
	for _, algorithm := range []string{oidc.ES256, oidc.PS256, oidc.EdDSA} {
		t.Run(algorithm, func(t *testing.T) {
			provider, config := application(t, secret)
			config.ClientID = strings.ToLower(algorithm)
			signInBy(t, algorithm, guest(t), provider, config)
		})
	}
}

func TestAnExpiredAccessTokenIsRefreshedOnTheWay(t *testing.T) {
	provider, config := application(t, secret)
	token, idToken, _ := signIn(t, guest(t), provider, config)
	if token.RefreshToken == "" {
		t.Fatal("no refresh token")
	}
	before := *token
	token.Expiry = time.Now().Add(-time.Minute)
	source := config.TokenSource(t.Context(), token)
	userinfo, err := provider.UserInfo(t.Context(), source)
	if err != nil || userinfo.Subject != idToken.Subject {
		t.Fatalf("%+v %v", userinfo, err)
	}
	after, err := source.Token()
	if err != nil || after.AccessToken == before.AccessToken {
		t.Fatalf("the same access token, %v", err)
	}
}

// RFC 6749 section 5.2: x/oauth2 tries the secret in a header and then, with the same code, in
// the body. Neither may spend the code.
func TestAWrongSecretIsInvalidClientAndTheCodeStaysGood(t *testing.T) {
	_, wrong := application(t, wrongSecret)
	answer, verifier := authorize(t, guest(t), wrong)
	_, err := wrong.Exchange(t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier))
	refusal(t, err, "invalid_client", http.StatusUnauthorized)
	_, config := application(t, secret)
	if _, err := config.Exchange(t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier)); err != nil {
		t.Fatal(err)
	}
}

// OpenID Connect Back-Channel Logout 1.0 section 2.5: the other applications hear of it from
// the provider, whose token the library verifies.
func TestASignOutIsToldOnTheBackChannelAndEndsTheSession(t *testing.T) {
	provider, config := application(t, secret)
	verifier := provider.Verifier(&oidc.Config{ClientID: "app"})
	type notice struct {
		token *oidc.LogoutToken
		err   error
	}
	notices := make(chan notice, 16)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backchannel", func(_ http.ResponseWriter, request *http.Request) {
		token, err := verifier.VerifyLogout(request.Context(), request.PostFormValue("logout_token"))
		notices <- notice{token, err}
	})
	listener, err := net.Listen("tcp", strings.TrimPrefix(app, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: patience}
	go server.Serve(listener)
	defer server.Shutdown(context.Background())

	browser := guest(t)
	token, idToken, raw := signIn(t, browser, provider, config)
	var claims struct{ Sid string }
	if err := idToken.Claims(&claims); err != nil || claims.Sid == "" {
		t.Fatalf("no sid: %v", err)
	}
	if back := visit(t, browser, endSession(t, provider, raw)); back.String() != app+"/signed-out?state=away" {
		t.Fatal(back)
	}
	select {
	case told := <-notices:
		if told.err != nil {
			t.Fatal(told.err)
		}
		if told.token.SessionID != claims.Sid || told.token.Subject != idToken.Subject {
			t.Fatalf("%+v", told.token)
		}
	case <-time.After(patience):
		t.Fatal("nothing was told on the back channel")
	}

	answer, _ := authorize(t, browser, config, oauth2.SetAuthURLParam("prompt", "none"))
	if answer.Get("error") != "login_required" {
		t.Fatal(answer)
	}
	token.Expiry = time.Now().Add(-time.Minute)
	_, err = config.TokenSource(t.Context(), token).Token()
	refusal(t, err, "invalid_grant", http.StatusBadRequest)
}
