(function () {
  var left = Number(document.documentElement.dataset.frames), gone = false;
  function go() {
    var back = document.getElementById('back');
    if (gone || !back) return;
    gone = true;
    location.replace(back.href);
  }
  document.addEventListener('load', function (event) {
    if (event.target.tagName === 'IFRAME' && --left < 1) go();
  }, true);
  setTimeout(go, 5000);
  document.addEventListener('DOMContentLoaded', function () { if (left < 1) go(); });
})();
