"""The two small pages a person may see. No outside asset, no script, no cookie."""

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1c2430; background: #f4f5f7;
         min-height: 100vh; display: grid; place-items: center; }}
  main {{ background: #fff; padding: 2.5rem; margin: 1rem; border-radius: 12px; max-width: 26rem;
         box-shadow: 0 1px 3px rgb(0 0 0 / 12%); }}
  h1 {{ font-size: 1.35rem; margin: 0 0 .75rem; }}
  button {{ font: inherit; font-weight: 600; color: #fff; background: #1d4ed8; border: 0; border-radius: 8px;
           padding: .7rem 1.4rem; cursor: pointer; }}
  button:focus-visible {{ outline: 3px solid #93b4ff; outline-offset: 2px; }}
  @media (prefers-color-scheme: dark) {{
    body {{ color: #e6e9ee; background: #12161c; }} main {{ background: #1c222b; }}
  }}
</style>
</head>
<body><main>
{content}
</main></body>
</html>
"""

CONFIRM = _FRAME.format(
    title="Unsubscribe",
    content="""<h1>Unsubscribe?</h1>
<p>You will not get messages like this one any more.</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button type="submit">Unsubscribe</button>
</form>""",
)

DONE = _FRAME.format(
    title="Unsubscribed",
    content="""<h1>You are unsubscribed</h1>
<p>You will not get messages like this one any more. There is nothing else to do.</p>""",
)
